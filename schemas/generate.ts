/**
 * The schema that editors complete pipelines by: the pipeline's own schema, with every kind's name, ports and
 * configuration in it. Where a value is expected, `${…}` may stand as well.
 */
import { nodeSchema, pipelineSchema, referencePattern } from './pipeline.js';

/** What the schema needs to know of a kind; plain data. */
export interface KindDescription {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of `with`: an object schema. */
  readonly schema: object;
  readonly inputs: Readonly<Record<string, PortDescription>>;
  readonly outputs: Readonly<Record<string, PortDescription>>;
  /** Its ports depend on how a node is written. */
  readonly ports?: unknown;
}

export interface PortDescription {
  readonly type: string;
  readonly description: string;
  readonly optional?: boolean;
  readonly many?: boolean;
}

type Schema = { readonly [keyword: string]: unknown };

/** JSON Schema, draft-07, of a pipeline that uses `kinds`. The same for any order of them. */
export function pipelineJsonSchema(kinds: Iterable<KindDescription>): Schema {
  const sorted = [...kinds].sort((a, b) => (a.name < b.name ? -1 : 1));
  const properties = { ...pipelineSchema.properties.nodes, additionalProperties: { $ref: '#/definitions/node' } };
  return {
    ...pipelineSchema,
    properties: { ...pipelineSchema.properties, defaults: defaultsDefinition(sorted), nodes: properties },
    definitions: { node: nodeDefinition(sorted), ...Object.fromEntries(sorted.map(optionsDefinition)) },
  };
}

/** The schema as the text of a file that a formatter leaves alone. */
export function pipelineSchemaText(kinds: Iterable<KindDescription>): string {
  return `${JSON.stringify(pipelineJsonSchema(kinds), null, 2)}\n`;
}

/** What `uses` holds in place of the name of a kind. */
const pathPattern = '^\\.{0,2}/';

/** The options of a kind, of which a node may leave out what `defaults` has. */
function optionsDefinition({ name, description, schema }: KindDescription): [string, Schema] {
  const { required: _, ...options } = allowExpressions(schema as Schema);
  return [optionsName(name), { ...options, description }];
}

function optionsName(kind: string): string {
  return `with ${kind}`;
}

function optionsReference(kind: string): Schema {
  // A pointer inside a URI: a space is written as %20.
  return { $ref: `#/definitions/${encodeURIComponent(optionsName(kind))}` };
}

function defaultsDefinition(kinds: readonly KindDescription[]): Schema {
  const { defaults } = pipelineSchema.properties;
  return {
    ...defaults,
    properties: {
      ...defaults.properties,
      ...executionRules(nodeSchema.properties),
      with: {
        ...defaults.properties.with,
        properties: Object.fromEntries(kinds.map(({ name }) => [name, optionsReference(name)])),
        patternProperties: { [pathPattern]: { type: 'object' } },
        additionalProperties: false,
      },
    },
  };
}

function nodeDefinition(kinds: readonly KindDescription[]): Schema {
  return {
    ...nodeSchema,
    properties: {
      ...nodeSchema.properties,
      uses: {
        ...nodeSchema.properties.uses,
        anyOf: [
          {
            enum: kinds.map(({ name }) => name),
            enumDescriptions: kinds.map(({ description }) => description),
          },
          { pattern: pathPattern, description: 'A module of your own, or another pipeline.' },
        ],
      },
      matrix: allowExpressions(nodeSchema.properties.matrix),
      ...executionRules(nodeSchema.properties),
    },
    allOf: kinds.map((kind) => ({
      if: { properties: { uses: { const: kind.name } }, required: ['uses'] },
      // biome-ignore lint/suspicious/noThenProperty: it is the keyword's name
      then: kindRules(kind),
    })),
  };
}

/** How a node runs, with `${…}` allowed. */
function executionRules(properties: typeof nodeSchema.properties): Schema {
  const { resources, cache, retry, timeout } = properties;
  return Object.fromEntries(
    Object.entries({ resources, cache, retry, timeout }).map(([name, schema]) => [name, orExpression(schema)]),
  );
}

function kindRules(kind: KindDescription): Schema {
  const config = kind.schema as { readonly required?: readonly string[] };
  const requiredInputs = Object.entries(kind.inputs).flatMap(([name, port]) => (port.optional ? [] : [name]));
  return {
    required: [
      ...((config.required?.length ?? 0) > 0 ? ['with'] : []),
      ...(requiredInputs.length > 0 ? ['inputs'] : []),
    ],
    properties: {
      with: { allOf: [optionsReference(kind.name)], ...(config.required && { required: config.required }) },
      inputs: {
        type: 'object',
        // A kind that names no input, and whose ports depend on the node, takes any.
        ...(kind.ports !== undefined && Object.keys(kind.inputs).length === 0 ? {} : { additionalProperties: false }),
        required: requiredInputs,
        properties: Object.fromEntries(Object.entries(kind.inputs).map(([name, port]) => [name, portSchema(port)])),
      },
    },
  };
}

function portSchema(port: PortDescription): Schema {
  const reference = { type: 'string', pattern: referencePattern };
  return {
    description: `${port.description} (${port.type}${port.many ? ', one or several' : ''})`,
    ...(port.many ? { anyOf: [reference, { type: 'array', items: reference }] } : reference),
  };
}

const expression: Schema = { type: 'string', pattern: '\\$\\{' };

/** The schema with `${…}` allowed wherever a value inside an object or a list is expected. */
function allowExpressions(schema: Schema): Schema {
  const result: Record<string, unknown> = { ...schema };
  if (isSchema(schema.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, orExpression(property)]),
    );
  }
  if (isSchema(schema.items)) result.items = orExpression(schema.items);
  if (isSchema(schema.additionalProperties)) result.additionalProperties = orExpression(schema.additionalProperties);
  for (const keyword of ['anyOf', 'oneOf', 'allOf'] as const) {
    const branches = schema[keyword];
    if (Array.isArray(branches))
      result[keyword] = branches.map((branch) => (isSchema(branch) ? allowExpressions(branch) : branch));
  }
  return result;
}

function orExpression(schema: unknown): unknown {
  if (!isSchema(schema)) return schema;
  const { description, default: fallback, ...rest } = schema;
  const constrained = ['enum', 'const', 'pattern', 'format', 'maxLength', 'anyOf', 'oneOf'].some(
    (word) => word in rest,
  );
  // Any text fits already.
  if (rest.type === 'string' && !constrained) return schema;
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [allowExpressions(rest), expression],
  };
}

function isSchema(value: unknown): value is Schema {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
