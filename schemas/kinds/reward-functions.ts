/** `reward_funcs`: functions that score responses, for every kind that wants rewards without a reward model. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

const ignoreCase = {
  type: 'boolean',
  default: false,
  description: 'Whether upper and lower case are alike.',
} as const satisfies JSONSchema;

const wordList = { type: 'array', items: { type: 'string', minLength: 1 }, default: [] } as const;

export const rewardFunctionSchemas = {
  exact_match: {
    type: 'object',
    description: '1 where the response, trimmed, is what a field of the row says, else 0.',
    properties: {
      field: {
        type: 'string',
        minLength: 1,
        description: 'Path of the field: a text, a number, or a list of which any will do.',
      },
      extract: {
        type: ['string', 'null'],
        default: null,
        description:
          'A regular expression; what is compared is its first group in the response, or the whole match. Null: all of the response.',
      },
      ignore_case: ignoreCase,
    },
    required: ['field'],
    additionalProperties: false,
  },
  regex: {
    type: 'object',
    description: '1 where the response has a match, else 0.',
    properties: {
      pattern: { type: 'string', minLength: 1, description: 'A regular expression of JavaScript, with Unicode.' },
      ignore_case: ignoreCase,
    },
    required: ['pattern'],
    additionalProperties: false,
  },
  contains: {
    type: 'object',
    description: 'How much of some texts the response holds.',
    properties: {
      texts: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, description: 'The texts.' },
      aggregate: {
        enum: ['any', 'all', 'share'],
        default: 'any',
        description: '1 for any of them, 1 for all of them, or the share of them that is there.',
      },
      ignore_case: ignoreCase,
    },
    required: ['texts'],
    additionalProperties: false,
  },
  length: {
    type: 'object',
    description: '1 − |length − target| / target: 1 at the target, 0 for an empty response.',
    properties: {
      target: { type: 'integer', minimum: 1, description: 'The length that is wanted.' },
      unit: { enum: ['characters', 'words', 'tokens'], default: 'words', description: 'What is counted.' },
    },
    required: ['target'],
    additionalProperties: false,
  },
  lexicon: {
    type: 'object',
    description: 'The weights of the words of the response, in lower case.',
    properties: {
      words: {
        type: 'object',
        additionalProperties: { type: 'number' },
        default: {},
        description: 'Word → weight: `{ wonderful: 2, dull: -1 }`.',
      },
      positive: { ...wordList, description: 'Words of weight 1.' },
      negative: { ...wordList, description: 'Words of weight −1.' },
      aggregate: {
        enum: ['mean', 'sum'],
        default: 'mean',
        description: 'The mean over all words of the response, those of no weight too, or the sum.',
      },
    },
    additionalProperties: false,
  },
  command: {
    type: 'object',
    description:
      'A program. It reads a JSON object `{prompt, response, row}` a line on standard input, to the end, and writes as many numbers, one a line.',
    properties: {
      run: {
        anyOf: [
          { type: 'string', minLength: 1 },
          { type: 'array', items: { type: 'string' }, minItems: 1 },
        ],
        description: 'A text for the shell (`sh -e -c`), or a list of the program and its arguments.',
      },
      files: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: [],
        description:
          'Files that it reads, such as its script: paths or globs relative to the pipeline. They stand in its folder under the same names, and the node runs again when one changes.',
      },
      env: {
        type: 'object',
        additionalProperties: { type: 'string' },
        default: {},
        description: 'Environment variables; of those around it the program sees only `PATH` and `HOME`.',
      },
      timeout_seconds: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 86_400,
        default: 60,
        description: 'How long it may take for the responses of one call.',
      },
    },
    required: ['run'],
    additionalProperties: false,
  },
} as const satisfies Record<string, JSONSchema>;

const rewardFunctionSchema = {
  type: 'object',
  properties: {
    ...rewardFunctionSchemas,
    name: {
      type: ['string', 'null'],
      pattern: '^[a-z][a-z0-9_]*$',
      default: null,
      description: 'Its name in logs and metrics. Null: that of the function.',
    },
    weight: { type: 'number', default: 1, description: 'What its values are multiplied by in the sum.' },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type RewardFunctionConfig = FromSchema<typeof rewardFunctionSchema>;

export const rewardFunctionsProperty = {
  type: 'array',
  items: rewardFunctionSchema,
  default: [],
  description:
    'Functions that score a response; their values, each times its `weight`, are added up. One a function: `exact_match`, `regex`, `contains`, `length`, `lexicon` or `command`.',
} as const satisfies JSONSchema;
