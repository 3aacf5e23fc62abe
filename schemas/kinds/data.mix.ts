/** The config of `data.mix`. */
export const dataMixSchema = {
  type: 'object',
  properties: {
    weights: {
      type: ['array', 'null'],
      items: { type: 'number', exclusiveMinimum: 0 },
      minItems: 1,
      default: null,
      description:
        'How often to draw from each of `datasets`, in their order; they need not sum to 1. Null takes a row of each in turn.',
    },
    stopping_strategy: {
      enum: ['first_exhausted', 'all_exhausted'],
      default: 'first_exhausted',
      description:
        'When to stop: as soon as one dataset is used up, which leaves rows of the others over; or when every one was used up once, which starts the shorter ones again.',
    },
    seed: { type: 'integer', default: 0, description: 'Seed of the draws; any integer. Taking in turn draws nothing.' },
  },
  additionalProperties: false,
} as const;
