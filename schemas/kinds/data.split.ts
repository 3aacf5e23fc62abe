/** The config of `data.split`. */
export const dataSplitSchema = {
  type: 'object',
  properties: {
    validation: {
      type: 'number',
      exclusiveMinimum: 0,
      description:
        'How much goes to `validation`: a fraction below 1, or a count. Of groups with `by`, else of rows; a fraction is rounded to the nearest count that leaves both sides something.',
    },
    by: {
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      description:
        'Field, such as `country` or `source.name`, whose rows stay together: no value of it is on both sides. Which values are held out follows from `seed` and the set of values alone, so two datasets with the same values and the same seed hold out the same ones. Null splits row by row.',
    },
    seed: { type: 'integer', default: 0, description: 'Seed of the choice; any integer.' },
  },
  required: ['validation'],
  additionalProperties: false,
} as const;
