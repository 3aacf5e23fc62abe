/** The config of `data.decontaminate`. */
export const dataDecontaminateSchema = {
  type: 'object',
  properties: {
    fields: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description: 'Fields of the dataset that are searched; empty searches all texts of a row.',
    },
    against_fields: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description: 'Fields of `against` that are looked for; empty looks for all texts of a row.',
    },
    ngram: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 13,
      description: 'How many words in a row must be the same. Words are compared in lower case, without punctuation.',
    },
    min_words: {
      type: 'integer',
      minimum: 1,
      default: 8,
      description:
        'Rows of `against` with fewer words than `ngram` are looked for as a whole, if they have at least this many; shorter ones are counted and not looked for.',
    },
  },
  additionalProperties: false,
} as const;
