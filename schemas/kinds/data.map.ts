/** The config of `data.map`. */
export const dataMapSchema = {
  type: 'object',
  properties: {
    rows: {
      enum: [
        null,
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
      default: null,
      description:
        'Row type of the result, which every row is checked against. Null keeps that of the input, as long as none of its fields is touched.',
    },
    set: {
      type: 'object',
      additionalProperties: { type: 'string', minLength: 1 },
      default: {},
      description:
        'Field → Jinja expression over the input row. The value keeps its type: `words: text.split() | length` is a number.',
    },
    text: {
      type: 'object',
      additionalProperties: { type: 'string' },
      default: {},
      description: 'Field → Jinja template over the input row. The value is a text: `prompt: "Q: {{ question }}"`.',
    },
    function: {
      type: ['string', 'null'],
      pattern: '\\.[cm]?[jt]s$',
      patternErrorMessage: 'the path of a module: `./rows.ts`',
      default: null,
      description:
        'Path of a module of your own, in place of the options below: its default export takes a row and gives a row, a list of rows, or nothing.',
    },
    rename: {
      type: 'object',
      additionalProperties: { type: 'string', minLength: 1 },
      default: {},
      description: 'New name of a field → its name in the input row.',
    },
    remove: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description: 'Fields to leave out.',
    },
    on_undefined: {
      enum: ['error', 'skip'],
      default: 'error',
      description:
        'What to do with a row where an expression is undefined, a template prints a value that is missing or null, or a field to rename is not there: fail, or leave the row out and count it.',
    },
  },
  additionalProperties: false,
} as const;
