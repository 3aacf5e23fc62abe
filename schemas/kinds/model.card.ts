/** The config of `model.card`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

const texts = { type: 'array', items: { type: 'string', minLength: 1 }, default: [] } as const;

export const modelCardSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, description: 'What the model is called.' },
    summary: { type: 'string', default: '', description: 'What it is for, and what it is not; Markdown.' },
    labels: {
      ...texts,
      description: 'What each of the `metrics` is measured on, in their order.',
    },
    license: {
      type: ['string', 'null'],
      default: null,
      description: 'The license, as the Hub names it: `apache-2.0`.',
    },
    language: { ...texts, description: 'Languages: `en`.' },
    base_model: { ...texts, description: 'The models that it was made from, on the Hub: `owner/name`.' },
    datasets: { ...texts, description: 'The data sets that it learned, on the Hub: `owner/name`.' },
    tags: { ...texts, default: ['lapidary'], description: 'Tags.' },
    pipeline_tag: { type: 'string', default: 'text-generation', description: 'What it does, as the Hub names it.' },
    hyperparameters: {
      type: 'object',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
      default: {},
      description: 'What it was trained with: `{ learning_rate: "${params.learning_rate}" }`.',
    },
  },
  required: ['name'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type ModelCardConfig = FromSchema<typeof modelCardSchema>;
