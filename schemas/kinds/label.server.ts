/** The config of `label.server`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const labelServerSchema = {
  type: 'object',
  properties: {
    instructions: {
      type: 'string',
      default: 'Which responses are better? Put the best one first.',
      description: 'What the page asks of people.',
    },
    annotator: {
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      description: 'Name that is written beside each ranking, unless the page is told another. Null: the page asks.',
    },
    shuffle: {
      type: 'boolean',
      default: true,
      description: 'Whether the responses of each prompt are shown in random order, so that none gains by its place.',
    },
    seed: { type: 'integer', default: 42, description: 'Seed of that order.' },
    port: {
      type: 'integer',
      minimum: 0,
      maximum: 65535,
      default: 0,
      description: 'Port of this machine that the page is served at; 0 takes a free one.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type LabelServerConfig = FromSchema<typeof labelServerSchema>;
