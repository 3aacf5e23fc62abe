/** The config of `data.dedupe`. */
export const dataDedupeSchema = {
  type: 'object',
  properties: {
    fields: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description:
        'Fields that are compared, such as `prompt` or `meta.title`; empty compares whole rows, and with `minhash` all their texts.',
    },
    ignore_case: { type: 'boolean', default: false, description: 'Whether `Paris` and `paris` are the same.' },
    ignore_whitespace: {
      type: 'boolean',
      default: false,
      description: 'Whether any run of white space counts as one space, and none at the ends of a text.',
    },
    minhash: {
      type: ['object', 'null'],
      properties: {
        threshold: {
          type: 'number',
          exclusiveMinimum: 0,
          maximum: 1,
          default: 0.8,
          description: 'Jaccard similarity of the sets of shingles from which on rows are near-duplicates.',
        },
        ngram: {
          type: 'integer',
          minimum: 1,
          maximum: 100,
          default: 5,
          description: 'Length of a shingle, in `unit`.',
        },
        unit: {
          enum: ['word', 'character'],
          default: 'word',
          description:
            'What shingles are made of. Words are runs of letters and digits; take characters for short texts and for languages without spaces.',
        },
        num_perm: {
          type: 'integer',
          minimum: 16,
          maximum: 1024,
          default: 128,
          description: 'Number of permutations: more find near-duplicates more surely, and take longer.',
        },
      },
      additionalProperties: false,
      default: null,
      description:
        'Drops near-duplicates too, found by MinHash and locality-sensitive hashing and then verified: `minhash: { threshold: 0.8 }`. Null drops exact duplicates only.',
    },
  },
  additionalProperties: false,
} as const;
