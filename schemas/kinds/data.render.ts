/** The config of `data.render`. */
export const dataRenderSchema = {
  type: 'object',
  properties: {
    rows: {
      enum: [
        'record',
        'text',
        'prompt',
        'prompt_completion',
        'messages',
        'preference',
        'unpaired_preference',
        'ranking',
        'classification',
      ],
      description: 'Row type of what is rendered.',
    },
    templates: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        minProperties: 1,
        properties: {
          when: {
            type: 'string',
            minLength: 1,
            description: 'A Jinja expression; the template makes a row only where it is true.',
          },
          for_each: {
            type: 'string',
            minLength: 1,
            description: 'A Jinja expression that gives a list; the template makes a row for each item, named `item`.',
          },
        },
        additionalProperties: true,
      },
      description:
        'Each template makes one row of each input row: field → Jinja template over the fields of the input row. Every string within a field is a template; numbers stay as they are. `when` leaves rows out, `for_each` makes several.',
    },
    keep: {
      type: 'object',
      additionalProperties: { type: 'string', minLength: 1 },
      default: {},
      description:
        'Field → field of the input row, copied unrendered into each row: `country: cca3`. For keys to split or group by.',
    },
    lookup: {
      type: 'object',
      additionalProperties: { type: 'string', minLength: 1 },
      default: {},
      description:
        'Name → field of the input rows. Templates see all rows under that name, keyed by that field: with `by_code: cca3`, `by_code["FRA"].name.common`. Holds the whole dataset in memory.',
    },
    on_undefined: {
      enum: ['error', 'skip'],
      default: 'error',
      description:
        'What to do where a template prints a value that is missing or null, or leaves a field empty: fail, or make no row and count it.',
    },
  },
  required: ['rows', 'templates'],
  additionalProperties: false,
} as const;
