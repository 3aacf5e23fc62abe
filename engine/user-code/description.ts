/** What is known of a user's module without running its node: plain data, as it comes from the process that loaded it. */
import { Ajv } from 'ajv';
import { isObject } from '../json.js';
import { type ArtifactType, artifactTypes, type InputPort, type Resources } from '../kind.js';
import { suggest } from '../nearest.js';
import { type AnyDefinition, isDefinition, type NodeOutput } from './define-node.js';

export interface NodeDescription {
  readonly description: string;
  readonly schema: {
    readonly type: 'object';
    readonly properties: Readonly<Record<string, object>>;
    readonly required?: readonly string[];
  };
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, NodeOutput>>;
  readonly files: readonly string[];
  readonly resources?: Partial<Resources>;
}

export type Description =
  | { readonly is: 'node'; readonly node: NodeDescription }
  | { readonly is: 'function' }
  /** It exports something else, or describes a node that cannot be. */
  | { readonly is: 'unusable'; readonly problems: readonly string[] };

/** Describes the exports of a module, as they are after it was loaded. */
export function describeExports(exports: Readonly<Record<string, unknown>>): Description {
  const value = exports.default;
  if (typeof value === 'function') return { is: 'function' };
  if (!isDefinition(value)) return { is: 'unusable', problems: [whatInstead(exports)] };
  const problems = findProblems(value as unknown as Record<string, unknown>);
  return problems.length > 0 ? { is: 'unusable', problems } : { is: 'node', node: describe(value) };
}

function whatInstead(exports: Readonly<Record<string, unknown>>): string {
  const named = Object.keys(exports).find((name) => isDefinition(exports[name]));
  if (named !== undefined) return `it exports the node as \`${named}\`: write \`export default\``;
  const names = Object.keys(exports);
  if (names.length === 0) return 'it exports nothing';
  if (!names.includes('default'))
    return `it has no default export, only ${names.map((name) => `\`${name}\``).join(', ')}`;
  return 'its default export was not made by `defineNode`';
}

function describe({
  description,
  schema,
  inputs = {},
  outputs,
  files = [],
  resources,
}: AnyDefinition): NodeDescription {
  // Through JSON: what cannot travel to another process is no part of a description.
  return JSON.parse(
    JSON.stringify({
      description,
      schema: { ...schema, additionalProperties: false },
      inputs,
      outputs,
      files,
      ...(resources ? { resources } : {}),
    }),
  );
}

const knownKeys = ['description', 'schema', 'inputs', 'outputs', 'files', 'resources', 'run'];
const portName = /^[a-z][a-z0-9_]*$/;

/** A JavaScript module has no compiler that would have told it. */
function findProblems(value: Record<string, unknown>): string[] {
  const { description, schema, inputs = {}, outputs, files = [], run } = value;
  const unknown = Object.keys(value).filter((key) => !knownKeys.includes(key));
  return [
    ...unknown.map((key) => `\`${key}\` is nothing that a node has. ${suggest(key, knownKeys, 'It may have')}`),
    ...(typeof description === 'string' ? [] : ['`description` must be a text']),
    ...(typeof run === 'function' ? [] : ['`run` must be a function']),
    ...schemaProblems(schema),
    ...portProblems('inputs', inputs, [...artifactTypes, 'any']),
    ...portProblems('outputs', outputs, artifactTypes),
    ...(isObject(outputs) && isObject(inputs) ? rowsProblems(outputs, Object.keys(inputs)) : []),
    ...(isObject(schema) && isObject(schema.properties) ? fileProblems(files, Object.keys(schema.properties)) : []),
  ];
}

function schemaProblems(schema: unknown): string[] {
  if (!isObject(schema) || schema.type !== 'object' || !isObject(schema.properties)) {
    return ["`schema` must be a JSON Schema with `type: 'object'` and `properties`"];
  }
  try {
    new Ajv({ strict: false, allErrors: true }).compile(schema);
    return [];
  } catch (error) {
    return [`\`schema\` is no JSON Schema: ${(error as Error).message}`];
  }
}

function portProblems(side: string, ports: unknown, types: readonly (ArtifactType | 'any')[]): string[] {
  if (!isObject(ports)) return [`\`${side}\` must be a mapping of ports`];
  return Object.entries(ports).flatMap(([name, port]) => {
    if (!portName.test(name))
      return [`the port \`${side}.${name}\` needs a name of lower-case letters, digits and \`_\``];
    const type = isObject(port) ? port.type : undefined;
    if (types.some((each) => each === type)) return [];
    const hint = suggest(String(type), types, 'Types');
    return [`\`${side}.${name}.type\` is ${JSON.stringify(type) ?? 'missing'}. ${hint}`];
  });
}

function rowsProblems(outputs: Readonly<Record<string, unknown>>, inputs: readonly string[]): string[] {
  return Object.entries(outputs).flatMap(([name, port]) => {
    const rowsOf = isObject(port) ? port.rowsOf : undefined;
    return rowsOf === undefined || inputs.some((input) => input === rowsOf)
      ? []
      : [`\`outputs.${name}.rowsOf\` names no input: ${JSON.stringify(rowsOf)}`];
  });
}

function fileProblems(files: unknown, options: readonly string[]): string[] {
  if (!Array.isArray(files)) return ['`files` must be a list of options'];
  return files
    .filter((name) => !options.includes(name as string))
    .map((name) => `\`files\` names no option of the schema: ${JSON.stringify(name)}`);
}
