/** What a task asks for. What cannot be done as the harness does it is refused by its name. Pure. */
import { Failure } from '../../engine/failure.js';
import { isObject } from '../data/jsonl.js';
import { type FilterPipeline, readFilters } from './filters.js';
import { type GenerationSettings, readGeneration } from './generation-settings.js';
import { type MetricSpec, readMetrics } from './metrics.js';
import { invalid, missing, unsupported } from './refusals.js';
import { PythonFunction, type TaskFields } from './task-file.js';

export const outputTypes = ['multiple_choice', 'loglikelihood', 'generate_until'] as const;
export type OutputType = (typeof outputTypes)[number];

/** How the parts of a question are made of a document: the name of a field, a Jinja template, or the value itself. */
export interface Parts {
  readonly doc_to_text: unknown;
  readonly doc_to_target: unknown;
  /** `undefined` where the task has no choices. */
  readonly doc_to_choice: unknown;
  readonly target_delimiter: string;
  readonly fewshot_delimiter: string;
}

export interface Task {
  readonly name: string;
  readonly outputType: OutputType;
  readonly parts: Parts;
  readonly description: string;
  /** Split → files, for a task whose data is local. */
  readonly dataFiles: Readonly<Record<string, readonly string[]>> | undefined;
  readonly evaluatedSplit: string | undefined;
  readonly fewshot: Fewshot;
  readonly generation: GenerationSettings;
  readonly filters: readonly FilterPipeline[];
  readonly metrics: readonly MetricSpec[];
}

export interface Fewshot {
  readonly count: number;
  readonly parts: Parts;
  readonly split: string | undefined;
  readonly samples: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly sampler: string;
  /** The question itself may be among the examples, and must not be shown. */
  readonly leavesOutQuestion: boolean;
}

/** Of no effect on what is measured. */
const notes = ['task', 'task_alias', 'tag', 'group', 'metadata', 'dataset_name'] as const;
/** Of no effect unless asked for on the command line of the harness. */
const unused = ['should_decontaminate', 'doc_to_decontamination_query'] as const;
const read = [
  'output_type',
  'dataset_path',
  'dataset_kwargs',
  'training_split',
  'validation_split',
  'test_split',
  'fewshot_split',
  'doc_to_text',
  'doc_to_target',
  'doc_to_choice',
  'description',
  'target_delimiter',
  'fewshot_delimiter',
  'fewshot_config',
  'num_fewshot',
  'metric_list',
  'generation_kwargs',
  'repeats',
  'filter_list',
] as const;
const knownKeys: ReadonlySet<string> = new Set([...notes, ...unused, ...read]);
const fewshotKeys = new Set(['sampler', 'split', 'samples', ...read.filter((key) => /^doc_to|_delimiter$/.test(key))]);

/** Throws `Failure`. `hasDataset`: the documents come from an input, and the task's own are not looked for. */
export function readTask(fields: TaskFields, file: string, options: TaskOptions): Task {
  const set = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  for (const [key, value] of Object.entries(set)) {
    if (!knownKeys.has(key)) throw unsupported(file, key);
    if (value instanceof PythonFunction) throw unsupported(file, `${key}: !function ${value.name}`);
  }
  if (set.repeats !== undefined && set.repeats !== 1)
    throw unsupported(file, `repeats: ${JSON.stringify(set.repeats)}`);
  const outputType = outputTypes.find((type) => type === (set.output_type ?? 'generate_until'));
  if (outputType === undefined) throw unsupported(file, `output_type: ${set.output_type}`);
  const parts = {
    doc_to_text: set.doc_to_text,
    doc_to_target: set.doc_to_target,
    doc_to_choice: set.doc_to_choice,
    target_delimiter: text(set.target_delimiter ?? ' ', 'target_delimiter', file),
    fewshot_delimiter: text(set.fewshot_delimiter ?? '\n\n', 'fewshot_delimiter', file),
  };
  if (outputType === 'multiple_choice' && parts.doc_to_choice === undefined) throw missing(file, 'doc_to_choice');
  for (const part of ['doc_to_text', 'doc_to_target'] as const)
    if (parts[part] === undefined) throw missing(file, part);
  const split = (name: string) => (set[name] === undefined ? undefined : text(set[name], name, file));
  return {
    name: typeof set.task === 'string' ? set.task : file,
    outputType,
    parts,
    description: text(set.description ?? '', 'description', file),
    dataFiles: options.hasDataset ? undefined : readDataFiles(set, file),
    evaluatedSplit: split('test_split') ?? split('validation_split'),
    fewshot: readFewshot(set, file, parts, options.fewshot ?? set.num_fewshot ?? 0),
    generation: readGeneration(set.generation_kwargs, parts.fewshot_delimiter, file),
    filters: readFilters(outputType === 'generate_until' ? set.filter_list : undefined, file),
    metrics: readMetrics(set.metric_list, outputType, file),
  };
}

export interface TaskOptions {
  readonly hasDataset: boolean;
  /** In place of `num_fewshot` of the task. */
  readonly fewshot: number | undefined;
}

function readFewshot(set: TaskFields, file: string, parts: Parts, count: unknown): Fewshot {
  if (!Number.isInteger(count) || (count as number) < 0) throw invalid(file, 'num_fewshot', 'a whole number', count);
  const config = set.fewshot_config ?? {};
  if (!isObject(config)) throw invalid(file, 'fewshot_config', 'an object', config);
  const { sampler = 'default', split: ownSplit, samples, ...ownParts } = config;
  for (const [key, value] of Object.entries(config)) {
    if (!fewshotKeys.has(key)) throw unsupported(file, `fewshot_config.${key}`);
    if (value instanceof PythonFunction) throw unsupported(file, `fewshot_config.${key}: !function ${value.name}`);
  }
  const split = ownSplit ?? set.fewshot_split;
  const isList = Array.isArray(samples) && samples.every(isObject);
  if (samples !== undefined && !isList) throw invalid(file, 'fewshot_config.samples', 'a list of documents', samples);
  if (sampler !== 'first_n' && (count as number) > 0) {
    throw new Failure(
      'harness-unsupported',
      `${file} draws its ${count} examples with the sampler ${JSON.stringify(sampler)}, whose random numbers are Python's.`,
      'Write `fewshot_config: { sampler: first_n }` in the task, or set num_fewshot: 0 on the node.',
    );
  }
  const fallback = set.training_split ?? set.validation_split ?? set.test_split;
  return {
    count: count as number,
    parts: { ...parts, ...ownParts } as Parts,
    split: (split ?? (samples === undefined ? fallback : undefined)) as string | undefined,
    samples: split === undefined ? (samples as Fewshot['samples']) : undefined,
    sampler: String(sampler),
    // As there: also where neither the examples nor the test have a split of their own.
    leavesOutQuestion: (split ?? undefined) === (set.test_split ?? undefined),
  };
}

function readDataFiles(set: TaskFields, file: string): Record<string, readonly string[]> {
  const { dataset_path: path, dataset_kwargs: kwargs = {} } = set;
  if (!['json', 'csv', 'parquet'].includes(String(path))) {
    throw new Failure(
      'harness-unsupported',
      `${file} takes its documents from dataset_path: ${path}, which is not at hand.`,
      'Wire documents to the input `dataset`, or write `dataset_path: json` with `dataset_kwargs: { data_files: … }`.',
    );
  }
  if (!isObject(kwargs)) throw invalid(file, 'dataset_kwargs', 'an object', kwargs);
  const other = Object.keys(kwargs).find((key) => key !== 'data_files');
  if (other !== undefined) throw unsupported(file, `dataset_kwargs.${other}`);
  const files = isObject(kwargs.data_files) ? kwargs.data_files : { train: kwargs.data_files };
  return Object.fromEntries(
    Object.entries(files).map(([split, names]) => {
      const list = [names].flat();
      if (list.length > 0 && list.every((name) => typeof name === 'string')) return [split, list as string[]];
      throw invalid(file, `dataset_kwargs.data_files.${split}`, 'a path or a list of paths', names);
    }),
  );
}

function text(value: unknown, key: string, file: string): string {
  if (typeof value === 'string') return value;
  throw invalid(file, key, 'a text', value);
}
