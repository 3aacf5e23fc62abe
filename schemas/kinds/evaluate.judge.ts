/** The config of `evaluate.judge`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { endpointProperties } from './judge.js';
import { intervalProperties } from './text-metrics.js';

export const evaluateJudgeSchema = {
  type: 'object',
  properties: {
    ...endpointProperties,
    rubric: {
      type: 'string',
      minLength: 1,
      default:
        'Judge how well the response does what the prompt asks: whether it is right, complete, and to the point.',
      description: 'By what a response is judged, in words.',
    },
    min_score: { type: 'number', default: 1, description: 'The lowest score.' },
    max_score: { type: 'number', default: 10, description: 'The highest score.' },
    labels: {
      type: 'array',
      items: { type: 'string', pattern: '\\S' },
      uniqueItems: true,
      default: [],
      description: 'Labels to choose one from, in place of a score: `[right, wrong]`.',
    },
    prompt: {
      type: 'string',
      minLength: 1,
      default:
        'Here is a prompt, and a response to it.\n\n<prompt>\n{{ prompt }}\n</prompt>\n\n<response>\n{{ response }}\n</response>\n\n{% if reference %}\n<right_response>\n{{ reference }}\n</right_response>\n\n{% endif %}\n{{ rubric }}\n\n{{ answer }}',
      description:
        'What it is asked: a Jinja template of `prompt`, `response`, `reference` (null where the row has none), `row`, `rubric`, and `answer`, which says how to end. Of the answer the last `Score: …` or `Label: …` counts; or the whole answer, where it is nothing else.',
    },
    confidence_level: intervalProperties.confidence_level,
    bootstrap_resamples: { ...intervalProperties.bootstrap_resamples, minimum: 100, default: 2000 },
  },
  required: ['base_url', 'model'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EvaluateJudgeConfig = FromSchema<typeof evaluateJudgeSchema>;
