/** The config of `data.sample`. */
export const dataSampleSchema = {
  type: 'object',
  properties: {
    n: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'How many rows to take. Either this or `fraction`.',
    },
    fraction: {
      type: ['number', 'null'],
      exclusiveMinimum: 0,
      default: null,
      description:
        'How many rows to take, as a part of all, rounded to the nearest count of at least 1. Above 1 only with `replacement`.',
    },
    replacement: { type: 'boolean', default: false, description: 'Whether a row may be taken more than once.' },
    by: {
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      description:
        'Field, such as `label` or `source.name`, whose values keep their shares: of each value as many rows are taken as its part of all, up to rounding. Null takes from all alike.',
    },
    seed: { type: 'integer', default: 0, description: 'Seed of the choice; any integer.' },
  },
  additionalProperties: false,
} as const;
