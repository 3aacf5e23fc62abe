/** A small catalog and a folder to load pipelines from. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { renderDiagnostic } from '../../../engine/code-frame.js';
import type { Diagnostic } from '../../../engine/diagnostic.js';
import { defineKind, type Kind } from '../../../engine/kind.js';
import { type LoadOptions, loadPipeline } from '../../../engine/load.js';
import type { Result } from '../../../engine/result.js';
import type { Pipeline } from '../../../engine/spec.js';

const load = async (): Promise<never> => {
  throw new Error('these kinds never run');
};

const kinds: readonly Kind[] = [
  defineKind<{ path: string | readonly string[]; rows: string }>({
    name: 'data.load',
    version: 1,
    description: 'Reads rows from files.',
    runs: 'inline',
    schema: {
      type: 'object',
      required: ['path'],
      additionalProperties: false,
      properties: {
        path: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }], description: 'Files.' },
        format: { enum: ['jsonl', 'json', 'csv', 'text'], default: 'jsonl', description: 'Format.' },
        rows: { type: 'string', default: 'text', description: 'Row type.' },
      },
    },
    inputs: {},
    outputs: { dataset: { type: 'dataset', description: 'The rows.', rows: ({ config }) => config.rows } },
    sources: ({ path }) => [{ patterns: [path].flat(), pointer: '/path' }],
    load,
  }),
  defineKind<{ validation: number; seed: number }>({
    name: 'data.split',
    version: 1,
    description: 'Splits rows in two.',
    runs: 'inline',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        validation: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.1, description: 'Share.' },
        seed: { type: 'integer', minimum: 0, default: 0, description: 'Seed.' },
      },
    },
    inputs: { dataset: { type: 'dataset', description: 'Rows to split.' } },
    outputs: {
      train: { type: 'dataset', description: 'Most.', rows: ({ rows }) => rows.dataset },
      validation: { type: 'dataset', description: 'The rest.', rows: ({ rows }) => rows.dataset },
    },
    load,
  }),
  defineKind<{ size: number }>({
    name: 'tokenizer.train',
    version: 1,
    description: 'Trains a tokenizer.',
    runs: 'worker',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: { size: { type: 'integer', minimum: 256, default: 1000, description: 'Vocabulary size.' } },
    },
    inputs: { datasets: { type: 'dataset', description: 'Text to learn from.', rows: ['text'], many: true } },
    outputs: { tokenizer: { type: 'tokenizer', description: 'The tokenizer.' } },
    load,
  }),
  defineKind<{ epochs: number; warmup: number }>({
    name: 'train.supervised',
    version: 1,
    description: 'Trains a model.',
    runs: 'worker',
    resources: { gpus: 1, cpus: 2 },
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        epochs: { type: 'integer', minimum: 1, default: 3, description: 'Epochs.' },
        warmup: { type: 'integer', minimum: 0, default: 0, description: 'Epochs of warm-up.' },
        learning_rate: { type: 'number', default: 0.001, description: 'Peak learning rate.' },
        lora: {
          type: 'object',
          additionalProperties: false,
          properties: { rank: { type: 'integer', minimum: 1, default: 8, description: 'Rank.' } },
          description: 'Adapter.',
        },
      },
    },
    inputs: {
      dataset: { type: 'dataset', description: 'Rows.', rows: ['prompt_completion', 'messages'] },
      tokenizer: { type: 'tokenizer', description: 'Tokenizer.' },
      model: { type: 'model', description: 'Where to begin.', optional: true },
    },
    outputs: { model: { type: 'model', description: 'The model.' } },
    check: ({ epochs, warmup }) =>
      warmup > epochs ? [{ pointer: '/warmup', message: '`warmup` is longer than `epochs`', hint: 'Shorten it.' }] : [],
    load,
  }),
  defineKind<Record<string, never>>({
    name: 'report',
    version: 1,
    description: 'Compares models.',
    runs: 'inline',
    schema: { type: 'object', additionalProperties: false, properties: {} },
    inputs: { models: { type: 'model', description: 'Models.', many: true, optional: true } },
    outputs: {},
    load,
  }),
];

export const catalog = { kinds: new Map(kinds.map((kind) => [kind.name, kind])) };

export interface Folder {
  readonly path: string;
  /** Writes files, given by their names. */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  /** Writes `text` as `pipeline.yaml` and loads it. */
  load(text: string | Uint8Array, options?: Partial<LoadOptions>): Promise<Result<Pipeline>>;
}

/** A folder of its own, removed when the test ends. */
export async function folder(t: { teardown(handler: () => unknown): void }): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'lapidary-front-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  const write: Folder['write'] = async (files) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), content);
    }
  };
  return {
    path,
    write,
    load: async (text, options = {}) => {
      await write({ 'pipeline.yaml': text });
      return loadPipeline(join(path, 'pipeline.yaml'), catalog, { environment: {}, ...options });
    },
  };
}

/** `code line:column` of each finding: short enough to compare as a list. */
export function outline(text: string, diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code, location }) => {
    if (location === undefined) return code;
    const before = text.slice(0, location.start).split('\n');
    return `${code} ${before.length}:${before.at(-1)!.length + 1}`;
  });
}

export function render(text: string, diagnostic: Diagnostic): string {
  return renderDiagnostic(diagnostic, () => text, { color: false, showFile: () => 'pipeline.yaml' });
}

/** The value, or a failure of the test that shows every finding. */
export function value<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  throw new Error(result.diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));
}

/** The findings of a file that must not load. */
export function findings(result: Result<unknown>): readonly Diagnostic[] {
  if (result.ok) throw new Error('the pipeline loads, and should not');
  return result.diagnostics;
}
