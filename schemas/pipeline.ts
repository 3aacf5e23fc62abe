/**
 * The schema of a pipeline file (JSON Schema, draft-07). It checks the shape; what `with` and `inputs` may hold is the
 * business of each kind. `patternErrorMessage` is a keyword of editors, and of this project's own messages.
 */
import type { FromSchema } from 'json-schema-to-ts';

export const nodeIdPattern = '^[a-z][a-z0-9_]*$';
export const referencePattern = '^[a-z][a-z0-9_]*(\\[[^\\]]+\\])?(\\.[a-z][a-z0-9_]*)?$';

const identifierRule = 'lower-case letters, digits and `_`, a letter first';

/** How a node runs, whatever it does: nothing of it enters a key but `match_device`. */
const executionProperties = {
  resources: {
    type: 'object',
    description: 'What the node takes of the machine while it runs.',
    additionalProperties: false,
    properties: {
      cpus: {
        anyOf: [{ type: 'integer', minimum: 1 }, { const: 'all' }],
        description: 'CPU threads: how many, or `all`.',
      },
      memory_mb: { type: 'integer', minimum: 0, description: 'Memory, in MB.' },
      gpus: { type: 'integer', minimum: 0, description: 'GPUs.' },
    },
  },
  cache: {
    type: 'object',
    description: 'When an earlier result may stand in for a run.',
    additionalProperties: false,
    properties: {
      match_device: {
        type: 'boolean',
        description: 'Reuse only results that were made on the same device.',
      },
    },
  },
  retry: {
    type: 'integer',
    minimum: 0,
    maximum: 100,
    description: 'How often a node that failed is tried again; it goes on from its checkpoint.',
  },
  tolerance: {
    type: 'object',
    description:
      'Metric → how far it may be off when `lapidary reproduce` executes the node again; without it, every byte counts.',
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      properties: {
        absolute: { type: 'number', minimum: 0, description: 'The largest difference.' },
        relative: {
          type: 'number',
          minimum: 0,
          description: 'The largest difference, as a part of the recorded value.',
        },
      },
    },
  },
  timeout: {
    anyOf: [
      { type: 'number', exclusiveMinimum: 0 },
      {
        type: 'string',
        pattern: '^\\d+(\\.\\d+)?(s|m|h|d)$',
        patternErrorMessage: 'a number of seconds, or a number with `s`, `m`, `h` or `d` behind it, such as `90m`',
      },
    ],
    description:
      'How long one attempt may take: seconds, or `90m`, `12h`. It is then asked to checkpoint, and has failed.',
  },
} as const;

export const nodeSchema = {
  type: 'object',
  description: 'One step of the pipeline.',
  additionalProperties: false,
  required: ['uses'],
  properties: {
    uses: {
      type: 'string',
      description:
        'The kind of the node: what it does. Also the path of a module of your own (`./node.ts`), or of another pipeline (`./part.yaml`).',
    },
    description: {
      type: 'string',
      description: 'A remark for people.',
    },
    inputs: {
      type: 'object',
      description:
        'Input port → the output wired to it: `node`, `node.port`, or a list of them; `node[*].port` gathers a matrix.',
      additionalProperties: {
        type: ['string', 'array'],
        items: { type: 'string' },
      },
    },
    with: {
      type: 'object',
      description: 'Configuration of the kind.',
    },
    matrix: {
      type: 'object',
      description:
        'Axis → values: the node stands for every combination, read by `${matrix.axis}`; what takes from it fans out with it.',
      minProperties: 1,
      propertyNames: { pattern: nodeIdPattern, patternErrorMessage: identifierRule },
      additionalProperties: { type: 'array', minItems: 1 },
    },
    ...executionProperties,
  },
} as const;

const artifactTypes = ['dataset', 'tokenizer', 'model', 'metrics', 'samples', 'file', 'directory'] as const;

export const pipelineSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Lapidary pipeline',
  type: 'object',
  additionalProperties: false,
  required: ['name', 'nodes'],
  properties: {
    name: {
      type: 'string',
      description: 'Names the pipeline in reports and records.',
      pattern: '^[a-z0-9][a-z0-9_-]*$',
      patternErrorMessage: 'lower-case letters, digits, `_` and `-`',
      maxLength: 100,
    },
    description: {
      type: 'string',
      description: 'A remark for people.',
    },
    params: {
      type: 'object',
      description: 'Named values, used as `${params.name}` and set from outside by `-p name=value`.',
      propertyNames: { pattern: nodeIdPattern, patternErrorMessage: identifierRule },
    },
    secrets: {
      type: 'array',
      description:
        'Environment variables that nodes read as `${secrets.NAME}`. Their values enter no key and no record, and are blotted out of what nodes say.',
      uniqueItems: true,
      items: {
        type: 'string',
        pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
        patternErrorMessage: 'the name of an environment variable',
      },
    },
    inputs: {
      type: 'object',
      description:
        'What a pipeline that is used by another takes from it: nodes refer to it as `inputs.name`. Such a pipeline does not run alone.',
      minProperties: 1,
      propertyNames: { pattern: nodeIdPattern, patternErrorMessage: identifierRule },
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['type'],
        properties: {
          type: { enum: artifactTypes, description: 'The type of artifact.' },
          rows: {
            anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
            description: 'Row type of a dataset, or the row types that will do.',
          },
          description: { type: 'string', description: 'A remark for people.' },
        },
      },
    },
    outputs: {
      type: 'object',
      description: 'What a pipeline gives to one that uses it: name → an output of a node, as `node` or `node.port`.',
      minProperties: 1,
      propertyNames: { pattern: nodeIdPattern, patternErrorMessage: identifierRule },
      additionalProperties: { type: 'string' },
    },
    defaults: {
      type: 'object',
      description: 'What holds for every node that does not say otherwise.',
      additionalProperties: false,
      properties: {
        ...executionProperties,
        with: {
          type: 'object',
          description: 'Kind → configuration that every node of the kind begins with.',
          additionalProperties: { type: 'object' },
        },
      },
    },
    nodes: {
      type: 'object',
      description: 'The steps, by id. The order written does not matter.',
      minProperties: 1,
      propertyNames: { pattern: nodeIdPattern, patternErrorMessage: identifierRule, maxLength: 100 },
      additionalProperties: nodeSchema,
    },
  },
} as const;

/** A node as written, once it fits the schema. */
export type NodeFile = FromSchema<typeof nodeSchema>;
/** A pipeline file as written, once it fits the schema. */
export type PipelineFile = FromSchema<typeof pipelineSchema>;
