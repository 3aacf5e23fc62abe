/** The config of `data.filter`. */
export const dataFilterSchema = {
  type: 'object',
  properties: {
    where: {
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      description:
        'A Jinja expression over the fields of a row; rows for which it is true stay: `label is defined and text | length < 2000`.',
    },
    function: {
      type: ['string', 'null'],
      pattern: '\\.[cm]?[jt]s$',
      patternErrorMessage: 'the path of a module: `./rows.ts`',
      default: null,
      description:
        'Path of a module of your own: its default export takes a row and gives true to keep it, false, or the reason why it goes. It is asked after `where` and `drop`.',
    },
    drop: {
      type: 'object',
      additionalProperties: { type: 'string', minLength: 1 },
      default: {},
      description:
        'Reason → Jinja expression; rows for which it is true go, counted by the reason: `too long: text | length > 2000`. The first that holds counts, after `where`.',
    },
  },
  additionalProperties: false,
} as const;
