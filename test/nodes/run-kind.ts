/**
 * Runs one kind as the engine would, without the engine: the config is validated and filled with its defaults, and
 * everything that the kind reports is gathered.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { Ajv } from 'ajv';
import type { Digest } from '../../cache/digest.js';
import { Failure } from '../../engine/failure.js';
import type { Artifact, ArtifactType, Kind, Progress, RunContext, SourceFile } from '../../engine/kind.js';

export interface KindRun {
  readonly config?: Readonly<Record<string, unknown>>;
  /** Path of the artifact at each port; a list for a port that gathers many. */
  readonly inputs?: Readonly<Record<string, string | readonly string[]>>;
  readonly sources?: readonly { readonly name: string; readonly path: string }[];
  readonly scratch?: string;
  readonly signal?: AbortSignal;
  /** Default: `reference`. */
  readonly device?: string;
  readonly threads?: number;
  /** What a user's module exports. */
  readonly userFunction?: (...values: never[]) => unknown;
  /** Called as each line of the training curve is logged: a hook to stop a run at a chosen step. */
  readonly onLog?: (step: number, values: Readonly<Record<string, number>>) => void;
  readonly onProgress?: (progress: Progress) => void;
}

export interface KindResult {
  /** Absolute path of what was written at each output port. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly logs: readonly { readonly step: number; readonly values: Readonly<Record<string, number>> }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly displays: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const noDigest = 'sha256:0000000000000000000000000000000000000000000000000000000000000000' as unknown as Digest;

function filesBelow(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(root, path) : [relative(root, path).split(sep).join('/')];
  });
}

export function artifactAt(type: ArtifactType, path: string): Artifact {
  return {
    type,
    digest: noDigest,
    path: (entry) => {
      if (entry === undefined) {
        if (!statSync(path).isDirectory()) return path;
        throw new Failure('no-such-entry', `The ${type} has no file (a name is needed).`);
      }
      const below = join(path, entry);
      if (!statSync(below, { throwIfNoEntry: false })) throw new Failure('missing-file', `There is no ${entry} in it.`);
      return below;
    },
    entries: () => (statSync(path).isDirectory() ? filesBelow(path).sort() : []),
  };
}

/** Throws what the kind throws; a config that its schema refuses throws an `Error` with ajv's messages. */
export async function runKind(kind: Kind, run: KindRun = {}): Promise<KindResult> {
  const config = structuredClone(run.config ?? {}) as Record<string, unknown>;
  const ajv = new Ajv({ useDefaults: true, allErrors: true, strict: false });
  if (!ajv.validate(kind.schema, config))
    throw new Error(`${kind.name}: ${ajv.errorsText(undefined, { dataVar: 'with' })}`);
  const finding = kind.check?.(config)[0];
  if (finding) throw new Error(`${kind.name}: with${finding.pointer} ${finding.message}`);

  const folder = mkdtempSync(join(tmpdir(), 'lapidary-kind-'));
  const scratch = run.scratch ?? join(folder, 'scratch');
  mkdirSync(scratch, { recursive: true });
  const outputs: Record<string, string> = {};
  const logs: { step: number; values: Readonly<Record<string, number>> }[] = [];
  const counts: Record<string, number> = {};
  const displays: Record<string, string> = {};
  const warnings: string[] = [];
  const environment: Record<string, string> = {};

  const wired = Object.keys(run.inputs ?? {});
  const { inputs: inputPorts, outputs: outputPorts } = kind.ports?.({ config, inputs: wired }) ?? kind;
  const gathered = (port: string): Artifact[] => {
    const declared = inputPorts[port];
    if (!declared) throw new Error(`${kind.name} has no input ${port}.`);
    const typeOf = (path: string): ArtifactType =>
      declared.type !== 'any' ? declared.type : statSync(path).isDirectory() ? 'directory' : 'file';
    return [run.inputs?.[port] ?? []].flat().map((path) => artifactAt(typeOf(path), path));
  };
  const context: RunContext<unknown> = {
    config,
    wired,
    input: (port) => {
      const artifact = gathered(port)[0];
      if (!artifact) throw new Error(`The test gave nothing for the input ${port} of ${kind.name}.`);
      return artifact;
    },
    optionalInput: (port) => gathered(port)[0],
    inputs: gathered,
    sources: (run.sources ?? []).map((source): SourceFile => ({ ...source, digest: noDigest })),
    output: (port) => {
      if (!outputPorts[port]) throw new Error(`${kind.name} has no output ${port}.`);
      outputs[port] = join(folder, port);
      return outputs[port];
    },
    userFunction: async () => {
      if (!run.userFunction) throw new Error('The test gave no function of a user.');
      return run.userFunction;
    },
    scratch,
    signal: run.signal ?? new AbortController().signal,
    device: run.device ?? 'reference',
    threads: run.threads ?? 1,
    environment: (facts) => void Object.assign(environment, facts),
    progress: (progress) => run.onProgress?.(progress),
    log: (step, values) => {
      logs.push({ step, values });
      run.onLog?.(step, values);
    },
    count: (reason, rows) => {
      if (rows > 0) counts[reason] = (counts[reason] ?? 0) + rows;
    },
    warn: (message) => void warnings.push(message),
    display: (title, text) => {
      displays[title] = text;
    },
  };
  const { run: body } = await kind.load();
  const { metrics = {} } = await body(context);
  return { outputs, metrics, logs, counts, displays, warnings, environment };
}

/** The rows of a JSONL file. */
export function readJsonl<Row = Record<string, unknown>>(path: string): Row[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}
