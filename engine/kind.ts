/**
 * What a kind of node is: the contract between the engine, which knows no machine learning, and the kinds that do.
 *
 * A kind's description is plain data, cheap to import; its `run` is loaded lazily, inside the process that executes it.
 */
import type { Digest } from '../cache/digest.js';
import type { RunEvent } from './event.js';
import type { RemoteOrigin, Remotes } from './remote.js';
import type { NodeCode } from './user-code/user-kind.js';

/** The types that an edge of the graph may carry. */
export const artifactTypes = ['dataset', 'tokenizer', 'model', 'metrics', 'samples', 'file', 'directory'] as const;
export type ArtifactType = (typeof artifactTypes)[number];

/**
 * The declared shape of a dataset's rows, such as `text` or `prompt_completion`. Opaque to the engine: it only checks
 * that what one node yields is what the next one accepts.
 */
export type RowType = string;

/** The JSON Schema of a kind's `with`; an object schema whose properties carry `description` and `default`. */
export interface ConfigSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
  readonly [keyword: string]: unknown;
}

export interface InputPort {
  /** `any` takes whatever is wired to it. */
  readonly type: ArtifactType | 'any';
  readonly description: string;
  /** Row types that are accepted, for a dataset; absent means any. */
  readonly rows?: readonly RowType[];
  /** What a model must be made for, in words: `reward model`. Absent means that any will do. */
  readonly task?: string;
  readonly optional?: boolean;
  /** The port gathers a list of artifacts, in the order written. */
  readonly many?: boolean;
}

/** Everything that can be known of a node before it runs: what its output's row type may depend on. */
export interface StaticContext<Config> {
  readonly config: Config;
  /** Row type of each dataset input, where known. */
  readonly rows: Readonly<Record<string, RowType | undefined>>;
}

export interface OutputPort<Config> {
  readonly type: ArtifactType;
  readonly description: string;
  /** The row type of a dataset output; absent or `undefined` means unknown until run time. */
  readonly rows?: (context: StaticContext<Config>) => RowType | undefined;
  /** What a model output is made for, in the words of `InputPort.task`; absent means unknown until run time. */
  readonly task?: string;
}

/**
 * Files outside the store that a node reads. A pattern is a path relative to the pipeline's folder, an absolute path,
 * `npm:<package>/<path>`, or one of a remote host of the catalog; it may be a glob, and one that starts with `!` takes files away again.
 */
export interface SourceSpec {
  readonly patterns: readonly string[];
  /** JSON pointer into the node's `with`, for error messages: `/path`. */
  readonly pointer: string;
}

/** A module of the user's whose default export is a function. */
export interface UserModuleSpec {
  /** Relative to the pipeline's folder, or absolute. */
  readonly path: string;
  /** JSON pointer into the node's `with`. */
  readonly pointer: string;
}

export interface Resources {
  /** CPU threads; `all` takes as many as the machine has. */
  readonly cpus: number | 'all';
  readonly memory_mb: number;
  readonly gpus: number;
}

/** One kind of node: description, ports, schema and version together. */
export interface Kind<Config = unknown> {
  /** `data.load` */
  readonly name: string;
  /** Enters every key. Raise it when the same config and inputs would give other bytes. */
  readonly version: number;
  readonly description: string;
  /** `inline` runs in the engine's process; `worker` in a process of its own. */
  readonly runs: 'inline' | 'worker';
  readonly schema: ConfigSchema;
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, OutputPort<Config>>>;
  /** What it takes of the machine unless the node's `resources` say otherwise. Default: 1 cpu. */
  readonly resources?: Partial<Resources>;
  /**
   * The ports of one node, where they depend on how it is written, in place of `inputs` and `outputs`. It is called before
   * `with` is checked, so it must bear anything.
   */
  ports?(written: { readonly config: unknown; readonly inputs: readonly string[] }): {
    readonly inputs: Readonly<Record<string, InputPort>>;
    readonly outputs: Readonly<Record<string, OutputPort<Config>>>;
  };
  sources?(config: Config): readonly SourceSpec[];
  /** The module of a user's function, where an option names one; a node that has one runs in a worker. */
  module?(config: Config): UserModuleSpec | undefined;
  /** The code of a user's kind. */
  readonly code?: NodeCode;
  /** Checks that a schema cannot express. Each finding points into `with`. */
  check?(config: Config): readonly { readonly pointer: string; readonly message: string; readonly hint?: string }[];
  load(): Promise<{ readonly run: Run<Config> }>;
}

/** What a device would do on this machine, and if nothing, why not. */
export interface DeviceReport {
  readonly name: string;
  readonly available: boolean;
  readonly reason: string;
}

/** Is told everything that happens in a run, such as to write it down in the format of another program. */
export interface EventSink {
  event(event: RunEvent): void;
  close(): void;
}

/** What is handed to the engine at one place: the kinds that it knows, and what they run on. */
export interface Catalog {
  readonly kinds: ReadonlyMap<string, Kind>;
  /** Where source files on other machines come from. */
  readonly remotes?: Remotes;
  /** The module that a worker process of theirs starts from. */
  readonly workerEntry: URL;
  /** What users' modules import from `lapidary`: the values by name, and the declaration file of their types. */
  readonly userApi: { readonly values: Readonly<Record<string, unknown>>; readonly types: URL };
  /** Names that `--device` takes. */
  readonly devices: readonly string[];
  /** The device that a name such as `auto` means on this machine. */
  resolveDevice(name: string): Promise<string>;
  /** Tries every device. */
  probeDevices(): Promise<readonly DeviceReport[]>;
  /** Writes what nodes log into a folder, for `--log-dir`. */
  openLogDirectory?(folder: string): Promise<EventSink>;
  /**
   * What differs between two versions of a file called `name`, in words: which tensor, and by how much. `undefined` when
   * its format is none that the kinds know better than as text or bytes.
   */
  describeDifference?(name: string, beforePath: string, afterPath: string): Promise<string | undefined>;
}

/** An input as a running node sees it: content in the store, read-only. */
export interface Artifact {
  readonly type: ArtifactType;
  readonly digest: Digest;
  /** Absolute path of the content; for a directory, of the named entry. Throws `Failure` when there is no such entry. */
  path(entry?: string): string;
  /** Names of all files below a directory artifact, `/`-separated, sorted; empty for a file. */
  entries(): readonly string[];
}

/** A source file as a running node sees it. */
export interface SourceFile {
  /** Name to show and to sort by: the path relative to the pipeline's folder, or `npm:<package>/<path>`. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  readonly digest: Digest;
  /** For a file of another machine: `path` is then its place in the store. */
  readonly origin?: RemoteOrigin;
}

export interface Progress {
  readonly step: number;
  readonly total: number;
  /** What one step is, in the plural: `rows`, `steps`, `tokens`. */
  readonly unit: string;
  /** Latest readings: `loss`, `learning_rate`, `grad_norm`, `tokens_per_second`. */
  readonly values?: Readonly<Record<string, number>>;
}

/** What a running node may do. All that it may read is in here; all that it may write goes through here. */
export interface RunContext<Config> {
  /** Validated, defaults filled in. */
  readonly config: Config;
  input(port: string): Artifact;
  optionalInput(port: string): Artifact | undefined;
  /** The input ports that something is wired to. */
  readonly wired: readonly string[];
  /** All the artifacts of a `many` port. */
  inputs(port: string): readonly Artifact[];
  readonly sources: readonly SourceFile[];
  /** Absolute path at which this output must be written when `run` returns: a file, or a folder to create. */
  output(port: string): string;
  /** The default export of the user's module that the kind's `module` names. */
  userFunction(): Promise<(...values: never[]) => unknown>;
  /** A folder of this key's own that outlives a crash: checkpoints go here. It never enters the outputs. */
  readonly scratch: string;
  /** Aborted when the node should checkpoint and leave; `run` then throws `Stopped`. */
  readonly signal: AbortSignal;
  /** The device asked for: `auto`, `onnx-cpu`, `reference`, … */
  readonly device: string;
  /** CPU threads leased to this node. */
  readonly threads: number;
  /** Records which device really ran, and what else of the environment the trace should tell. */
  environment(facts: Readonly<Record<string, string>>): void;
  progress(progress: Progress): void;
  /** One line of a training curve, kept in the run's record. */
  log(step: number, values: Readonly<Record<string, number>>): void;
  /** Rows dropped, cut or repaired, by reason; shown and recorded, so that nothing goes silently. */
  count(reason: string, rows: number): void;
  warn(message: string): void;
  /** A short text that a person should see when the node is done, also when it came from the cache: a table. */
  display(title: string, text: string): void;
}

export interface RunOutcome {
  /** Final metrics of the node; every value finite. */
  readonly metrics?: Readonly<Record<string, number>>;
}

export type Run<Config> = (context: RunContext<Config>) => Promise<RunOutcome>;

/** Declares a kind whose config type follows from its schema. */
export function defineKind<Config>(kind: Kind<Config>): Kind {
  return kind as unknown as Kind;
}
