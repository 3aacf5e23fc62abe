/** Who judges which of two responses is better, besides rewards. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { rewardFunctionSchemas } from './reward-functions.js';

/** An endpoint that speaks the chat completions of OpenAI, and how it is asked. */
export const endpointProperties = {
  base_url: {
    type: 'string',
    pattern: '^https?://',
    description: 'Where `/chat/completions` is: `https://api.openai.com/v1`, `http://127.0.0.1:8000/v1`.',
  },
  model: { type: 'string', minLength: 1, description: 'The name of the model there.' },
  api_key: {
    type: ['string', 'null'],
    minLength: 1,
    default: null,
    description:
      'The API key. Declare it as a secret and write `${secrets.NAME}`: then it enters no key, record or log. Null: none is sent.',
  },
  system_prompt: { type: ['string', 'null'], default: null, description: 'What it is told before. Null: nothing.' },
  temperature: { type: 'number', minimum: 0, default: 0, description: 'Temperature of its answers.' },
  max_tokens: { type: 'integer', minimum: 1, default: 512, description: 'Most tokens of an answer.' },
  timeout_seconds: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 3600,
    default: 60,
    description: 'How long one answer may take.',
  },
  max_retries: {
    type: 'integer',
    minimum: 0,
    maximum: 20,
    default: 4,
    description: 'How often it is asked again where it does not answer, or answers what cannot be read.',
  },
  retry_delay_seconds: {
    type: 'number',
    minimum: 0,
    default: 1,
    description: 'Pause before the first retry; each further one doubles, up to 60 s. `Retry-After` is heeded.',
  },
  concurrency: { type: 'integer', minimum: 1, maximum: 64, default: 4, description: 'Questions asked at once.' },
} as const satisfies Record<string, JSONSchema>;

const anyEndpoint = {
  type: 'object',
  properties: endpointProperties,
  required: ['base_url', 'model'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EndpointConfig = FromSchema<typeof anyEndpoint>;

const endpoint = {
  type: 'object',
  description:
    'A model behind an endpoint that speaks the chat completions of OpenAI. Of two responses it is asked which is better.',
  properties: {
    prompt: {
      type: 'string',
      minLength: 1,
      default:
        'Here is a prompt, and two responses to it.\n\n<prompt>\n{{ prompt }}\n</prompt>\n\n<response_1>\n{{ first }}\n</response_1>\n\n<response_2>\n{{ second }}\n</response_2>\n\nWhich response is better? Do not let their order or their length sway you. End with a line that says `Verdict: 1`, `Verdict: 2`, or `Verdict: tie`.',
      description:
        'What it is asked: a Jinja template of `prompt`, `first`, `second` and `row`. Of the answer the last `Verdict: …` counts: `1`, `2` or `tie`; or the whole answer, where it is nothing else.',
    },
    ...endpointProperties,
  },
  required: ['base_url', 'model'],
  additionalProperties: false,
} as const satisfies JSONSchema;

const command = {
  ...rewardFunctionSchemas.command,
  description:
    'A program. It reads a JSON object `{prompt, first, second, row}` a line on standard input, to the end, and answers each with a line: `first`, `second` or `tie`.',
  properties: {
    ...rewardFunctionSchemas.command.properties,
    max_retries: {
      type: 'integer',
      minimum: 0,
      maximum: 20,
      default: 1,
      description: 'How often it is asked again about those that it answered with something else.',
    },
  },
} as const satisfies JSONSchema;

export const judgeProperty = {
  type: ['object', 'null'],
  default: null,
  description: 'Who judges in place of rewards: `endpoint` or `command`. Null: a reward model or `reward_funcs`.',
  properties: { endpoint, command },
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
} as const satisfies JSONSchema;

export type EndpointJudgeConfig = FromSchema<typeof endpoint>;
export type CommandJudgeConfig = FromSchema<typeof command>;
