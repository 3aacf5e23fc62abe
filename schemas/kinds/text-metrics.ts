/** `metrics`: how texts are scored, for every kind that compares texts. */
import type { JSONSchema } from 'json-schema-to-ts';

export const textMetricNames = [
  'exact_match',
  'token_f1',
  'rouge1',
  'rouge2',
  'rougeL',
  'rougeLsum',
  'bleu',
  'chrf',
  'ter',
  'edit_similarity',
  'distinct_1',
  'distinct_2',
  'repetition_4',
  'words',
] as const;
export type TextMetricName = (typeof textMetricNames)[number];

export const textMetricsProperties = {
  metrics: {
    type: 'array',
    items: { enum: textMetricNames },
    uniqueItems: true,
    minItems: 1,
    default: ['exact_match', 'token_f1'],
    description:
      '`exact_match` and `token_f1` as SQuAD (0 to 1); `rouge1`, `rouge2`, `rougeL`, `rougeLsum` as rouge-score (0 to 1); `bleu`, `chrf`, `ter` as sacreBLEU (0 to 100); `edit_similarity` in characters; of the responses alone: `distinct_1`, `distinct_2`, `repetition_4`, `words`.',
  },
} as const satisfies Record<string, JSONSchema>;

export const intervalProperties = {
  confidence_level: {
    type: 'number',
    minimum: 0.5,
    exclusiveMaximum: 1,
    default: 0.95,
    description: 'How sure intervals are.',
  },
  bootstrap_resamples: {
    type: 'integer',
    minimum: 0,
    maximum: 1_000_000,
    default: 1000,
    description: 'Resamples of the examples that intervals are found by. 0: no intervals.',
  },
} as const satisfies Record<string, JSONSchema>;
