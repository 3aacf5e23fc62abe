/** The config of `command`. */
import type { FromSchema } from 'json-schema-to-ts';

const artifactType = {
  enum: ['dataset', 'tokenizer', 'model', 'metrics', 'samples', 'file', 'directory'],
} as const;

export const commandSchema = {
  type: 'object',
  properties: {
    run: {
      anyOf: [
        { type: 'string', minLength: 1 },
        { type: 'array', items: { type: 'string' }, minItems: 1 },
      ],
      description:
        'The program: a text for the shell (`sh -c`, stopping at the first command that fails), or a list of the program and its arguments, in which `{inputs.port}` and `{outputs.port}` stand for paths. The environment holds the same paths as `INPUT_PORT` and `OUTPUT_PORT`, in upper case.',
    },
    files: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      description:
        'Files that the command reads, such as its script: paths or globs relative to the pipeline. They stand in its folder under the same names, and the node runs again when one changes.',
    },
    outputs: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^[a-z][a-z0-9_]*$' },
      additionalProperties: {
        anyOf: [
          artifactType,
          {
            type: 'object',
            properties: { type: artifactType, rows: { type: 'string', minLength: 1 } },
            required: ['type'],
            additionalProperties: false,
          },
        ],
      },
      description:
        'Port → the type of what the command writes there: `file`, `directory`, `metrics` (one JSON object of numbers), or `{ type: dataset, rows: text }` for JSON Lines of a row type.',
    },
    env: {
      type: 'object',
      additionalProperties: { type: 'string' },
      default: {},
      description:
        'Environment variables. Of those around it the command sees only `PATH` and `HOME`; pass others on as `NAME: ${env.NAME}`, which makes them part of the key.',
    },
  },
  required: ['run', 'outputs'],
  additionalProperties: false,
} as const;

export type CommandConfig = FromSchema<typeof commandSchema>;
