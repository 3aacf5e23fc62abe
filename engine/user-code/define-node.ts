/** A kind of node as a user writes it, in a module of their own: `export default defineNode({ … })`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import type { Artifact, ArtifactType, InputPort, Resources, RowType, RunContext, RunOutcome } from '../kind.js';

/** The JSON Schema of `with`. A property with a `default` is always there; `description` is what `lapidary kinds` shows. */
export interface NodeSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JSONSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
}

export interface NodeOutput<Input extends string = string> {
  readonly type: ArtifactType;
  readonly description: string;
  /** Row type of a dataset. */
  readonly rows?: RowType;
  /** The dataset has the row type of this input. */
  readonly rowsOf?: Input;
}

/** What `run` may do: as `RunContext`, with the names of the ports known. */
export interface NodeContext<Config, Input extends string, Output extends string>
  extends Omit<RunContext<Config>, 'input' | 'optionalInput' | 'inputs' | 'output'> {
  input(port: Input): Artifact;
  optionalInput(port: Input): Artifact | undefined;
  inputs(port: Input): readonly Artifact[];
  output(port: Output): string;
}

export interface NodeDefinition<
  Schema extends NodeSchema,
  Inputs extends Readonly<Record<string, InputPort>>,
  Outputs extends Readonly<Record<string, NodeOutput<keyof Inputs & string>>>,
> {
  readonly description: string;
  readonly schema: Schema;
  readonly inputs?: Inputs;
  readonly outputs: Outputs;
  /** Options of `with` that hold the path of a file, a glob, or a list of these: `context.sources` has the files. */
  readonly files?: readonly (keyof Schema['properties'] & string)[];
  /** What it takes of the machine unless the node says otherwise. Default: 1 cpu. */
  readonly resources?: Partial<Resources>;
  run(
    context: NodeContext<ConfigOf<Schema>, keyof Inputs & string, keyof Outputs & string>,
    // biome-ignore lint/suspicious/noConfusingVoidType: a `run` without a `return` is as good as one that returns nothing
  ): Promise<RunOutcome | void> | RunOutcome | void;
}

/** Options that the schema does not have are refused, so `config` has no others. */
type ConfigOf<Schema extends NodeSchema> = Schema & { readonly additionalProperties: false } extends infer Closed
  ? Closed extends JSONSchema
    ? FromSchema<Closed>
    : never
  : never;

const mark = Symbol.for('lapidary.node');

/** Declares a kind of node; the types of `config` and of the ports follow from what is declared. */
export function defineNode<
  const Schema extends NodeSchema,
  const Inputs extends Readonly<Record<string, InputPort>>,
  const Outputs extends Readonly<Record<string, NodeOutput<keyof Inputs & string>>>,
>(definition: NodeDefinition<Schema, Inputs, Outputs>): NodeDefinition<Schema, Inputs, Outputs> {
  return Object.defineProperty(definition, mark, { value: true });
}

export type AnyDefinition = NodeDefinition<
  NodeSchema,
  Readonly<Record<string, InputPort>>,
  Readonly<Record<string, NodeOutput>>
>;

/** Whether a module's default export is what `defineNode` gave; a JavaScript module may have been given anything. */
export function isDefinition(value: unknown): value is AnyDefinition {
  return typeof value === 'object' && value !== null && mark in value;
}
