/** The config of `evaluate.harness`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { generationProperties } from './generation.js';
import { intervalProperties } from './text-metrics.js';

export const evaluateHarnessSchema = {
  type: 'object',
  properties: {
    task: {
      type: 'string',
      minLength: 1,
      description:
        'The task file of lm-evaluation-harness: YAML, `output_type` multiple_choice, loglikelihood or generate_until.',
    },
    files: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      description:
        'The other files that the task reads: what it includes, and its `data_files`. Patterns, as seen from the pipeline.',
    },
    num_fewshot: {
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
      description: 'How many examples are shown with each question. Null: as the task says.',
    },
    limit: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Only the first so many documents are evaluated. Null: all.',
    },
    batch_size: { type: 'integer', minimum: 1, default: 16, description: 'Choices, or responses, that run together.' },
    seed: generationProperties.seed,
    ...intervalProperties,
  },
  required: ['task'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateHarnessConfig = FromSchema<typeof evaluateHarnessSchema>;
