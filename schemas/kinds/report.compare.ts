/** The config of `report.compare`. */
export const reportCompareSchema = {
  type: 'object',
  properties: {
    labels: {
      type: 'array',
      items: { type: 'string', pattern: '^[^.|\\s][^.|\\r\\n]*$' },
      minItems: 1,
      uniqueItems: true,
      description: 'Name of each column, one for each of the `metrics` inputs in their order: `[base, fine-tuned]`.',
    },
    metrics: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description: 'Which metrics to show, in this order; empty shows all, in the order in which they first occur.',
    },
  },
  required: ['labels'],
  additionalProperties: false,
} as const;
