/**
 * The stages that a pipeline passes through before it is planned, each a type of its own:
 * `SourceText → ParsedFile → Pipeline`. A later stage never changes an earlier one.
 */
import type { Location } from './diagnostic.js';
import type { ArtifactType, Kind, Resources, RowType, SourceFile, SourceSpec } from './kind.js';
import type { NodeCode } from './user-code/user-kind.js';

/** The text of a pipeline file, read once. */
export interface SourceText {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
}

/** A JSON value; integers beyond 2^53 are `bigint`, so that seeds stay exact. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Finds the place in the file that a JSON pointer (`/nodes/sft/with/epochs`) was written at. */
export interface PositionIndex {
  /** Range of the value at `pointer`, or of the nearest ancestor that exists. */
  value(pointer: string): Location;
  /** Range of the key that names `pointer`, or of the nearest ancestor that exists. */
  key(pointer: string): Location;
}

export interface ParsedFile {
  readonly source: SourceText;
  readonly value: Json;
  readonly positions: PositionIndex;
}

/** One end of an edge: the output `port` of `node`. */
export interface Reference {
  readonly node: string;
  readonly port: string;
}

/** Metric → how far it may be off when the node is executed again: |after − before| ≤ absolute + relative · |before|. */
export type Tolerance = Readonly<Record<string, { readonly absolute?: number; readonly relative?: number }>>;

/** The file that a node is written in. */
export interface NodeSource {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
  readonly positions: PositionIndex;
  /** Parameters whose values were given from elsewhere, and where. */
  readonly given: ReadonlyMap<string, GivenPlace>;
  /** Where the file is used, from the inside out; empty for the pipeline itself. */
  readonly usedAt: readonly { readonly message: string; readonly location: Location }[];
}

export interface GivenPlace {
  readonly location: Location;
  /** The text of the file that `location` is in. */
  readonly text: string;
  /** The parameter of that file. */
  readonly parameter?: string;
}

/** A node whose every reference, parameter and default is resolved and checked. */
export interface ResolvedNode {
  /**
   * As written, or with the values of its matrix: `sft[learning_rate=0.0003]`; inside another pipeline behind the id of the
   * node that uses it: `data/split`.
   */
  readonly id: string;
  /** The id in the file. */
  readonly written: string;
  readonly source: NodeSource;
  /** Axis → value, for the instance of a matrix. */
  readonly matrix: JsonObject;
  readonly kind: Kind;
  /** `with` after interpolation, defaults filled in, validated. */
  readonly config: JsonObject;
  /** Input port → what is wired to it, in the order written. */
  readonly inputs: Readonly<Record<string, readonly Reference[]>>;
  readonly sources: readonly SourceSpec[];
  /**
   * The files that `sources` match now, sorted by name; there is at least one for each spec. The digest is known of those
   * that are pinned.
   */
  readonly files: readonly (Pick<SourceFile, 'name' | 'path' | 'origin'> & {
    readonly digest?: SourceFile['digest'];
  })[];
  /** Patterns of `sources` that mean files of other machines; when they are pinned, `files` has what they match. */
  readonly remote: readonly string[];
  /** The user's code that it runs. */
  readonly code?: NodeCode;
  /** Environment variables that the node's text uses, with their values: they enter its key. */
  readonly environment: Readonly<Record<string, string>>;
  /** Secrets that its options use, with the JSON pointer into `with`: there the config holds `${secrets.NAME}`. */
  readonly secrets: readonly { readonly name: string; readonly pointer: string }[];
  readonly resources: Resources;
  /** Output port → type and row type. */
  readonly outputs: Readonly<Record<string, { readonly type: ArtifactType; readonly rows?: RowType }>>;
  readonly cache: { readonly matchDevice: boolean };
  /** How often it is tried again when it fails. */
  readonly retry: number;
  /** How long an attempt may take. */
  readonly timeout_ms?: number;
  /** For `reproduce`; of no effect on what the node does. */
  readonly tolerance: Tolerance;
  /** Config pointers that came from a parameter: `/seed` → `seed`. For the reasons that a plan gives. */
  readonly parameterOf: Readonly<Record<string, string>>;
}

/** A whole pipeline, resolved: nodes in the order written, acyclic. */
export interface Pipeline {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly params: JsonObject;
  /** Names of the environment variables that are declared as secrets, here or in a pipeline that is used. */
  readonly secrets: readonly string[];
  readonly nodes: readonly ResolvedNode[];
  readonly positions: PositionIndex;
  /** Environment variables that were looked at, with their values; `null` for one that was not set. */
  readonly variables: Readonly<Record<string, string | null>>;
  /** Something in it draws a warning. */
  readonly warned: boolean;
  /** Absolute paths of all other files that it was read from: what must be looked at again when one is saved. */
  readonly dependsOn: readonly string[];
}
