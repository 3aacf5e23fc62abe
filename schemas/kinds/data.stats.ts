/** The config of `data.stats`. */
export const dataStatsSchema = {
  type: 'object',
  properties: {
    fields: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description: 'Fields to measure, such as `prompt` or `meta.title`; empty measures all at the top of the rows.',
    },
    label: {
      type: 'string',
      minLength: 1,
      default: 'label',
      description: 'Field whose values are counted, where rows have it.',
    },
  },
  additionalProperties: false,
} as const;
