/** The config of `data.shuffle`. */
export const dataShuffleSchema = {
  type: 'object',
  properties: {
    seed: { type: 'integer', default: 0, description: 'Seed of the order; any integer.' },
  },
  additionalProperties: false,
} as const;
