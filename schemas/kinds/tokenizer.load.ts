/** The config of `tokenizer.load`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { chatTemplateProperties } from './chat-template.js';

const role = (what: string) =>
  ({
    type: ['string', 'null'],
    minLength: 1,
    default: null,
    description: `Token of the vocabulary that ${what}; null keeps the one that the files name.`,
  }) as const;

export const tokenizerLoadSchema = {
  type: 'object',
  properties: {
    path: {
      type: 'string',
      minLength: 1,
      description:
        'Folder with a `tokenizer.json`, or that file alone: relative to the pipeline, `npm:<package>/<path>`, or of the Hub: `hf:owner/name@revision`. Of a folder, the files that Transformers reads beside it are taken too.',
    },
    eos_token: role('ends a text'),
    pad_token: role('fills a batch'),
    bos_token: role('begins a text'),
    ...chatTemplateProperties,
  },
  required: ['path'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TokenizerLoadConfig = FromSchema<typeof tokenizerLoadSchema>;
