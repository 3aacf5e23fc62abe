/** A pipeline that another one uses as a node: what it takes and gives, seen from outside, as a kind. */

import { isObject } from '../json.js';
import { type ArtifactType, type ConfigSchema, defineKind, type InputPort, type Kind, type RowType } from '../kind.js';
import type { Json, JsonObject, ParsedFile } from '../spec.js';

/** The node that stands for `inputs` inside such a pipeline. */
export const inputsId = 'inputs';

interface DeclaredInput {
  readonly type: ArtifactType;
  readonly rows?: string | readonly string[];
  readonly description?: string;
}

/** What `inputs` of a pipeline declares, as far as it is sound. */
export function declaredInputs(file: Json): ReadonlyMap<string, DeclaredInput> {
  const inputs = isObject(file) && isObject(file.inputs) ? Object.entries(file.inputs) : [];
  return new Map(
    inputs.flatMap(([name, port]) =>
      isObject(port) && typeof port.type === 'string' ? [[name, port as unknown as DeclaredInput] as const] : [],
    ),
  );
}

/** Seen from inside, the inputs are the outputs of a node `inputs`. `rows` are those of what is wired to them, where known. */
export function inputsKind(file: Json, rows: Readonly<Record<string, RowType | undefined>>): Kind {
  const outputs = [...declaredInputs(file)].map(([name, port]) => {
    const declared = typeof port.rows === 'string' ? port.rows : undefined;
    return [
      name,
      { type: port.type, description: port.description ?? '', rows: () => rows[name] ?? declared },
    ] as const;
  });
  return defineKind({
    name: inputsId,
    version: 1,
    description: 'What is wired to the pipeline.',
    runs: 'inline',
    schema: { type: 'object', properties: {}, additionalProperties: false },
    inputs: {},
    outputs: Object.fromEntries(outputs),
    load: neverRuns,
  });
}

export interface PartOutput {
  readonly type: ArtifactType;
  readonly description: string;
}

/**
 * Seen from outside: its parameters are options, its `inputs` and `outputs` are ports. `rowsOf` tells the row type of an
 * output, given the parameters and the row types of the inputs.
 */
export function partKind(
  name: string,
  file: ParsedFile,
  outputs: ReadonlyMap<string, PartOutput>,
  rowsOf: (
    output: string,
    config: JsonObject,
    rows: Readonly<Record<string, RowType | undefined>>,
  ) => RowType | undefined,
): Kind {
  const value = isObject(file.value) ? file.value : {};
  const inputs = [...declaredInputs(value)].map(([port, { type, rows, description }]): [string, InputPort] => [
    port,
    { type, description: description ?? `The input ${port}.`, ...(rows === undefined ? {} : { rows: [rows].flat() }) },
  ]);
  return defineKind<JsonObject>({
    name,
    version: 1,
    description: typeof value.description === 'string' ? value.description : `The pipeline ${String(value.name)}.`,
    runs: 'inline',
    schema: paramsSchema(isObject(value.params) ? value.params : {}),
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(
      [...outputs].map(([port, { type, description }]) => [
        port,
        { type, description, rows: ({ config, rows }) => rowsOf(port, config, rows) },
      ]),
    ),
    load: neverRuns,
  });
}

/** Parameters have values, and no types: any will do here, and is checked where it is used. */
function paramsSchema(params: JsonObject): ConfigSchema {
  const properties = Object.entries(params).map(([name, value]) => [
    name,
    {
      description: `A parameter; ${JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each))} by default.`,
    },
  ]);
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}

const neverRuns = (): Promise<never> => Promise.reject(new Error('the nodes in a pipeline run, not the pipeline'));
