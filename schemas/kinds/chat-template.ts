/** How the kinds that make a tokenizer are given its chat template. */
import type { JSONSchema } from 'json-schema-to-ts';

export const chatTemplateProperties = {
  chat_template: {
    type: ['string', 'null'],
    minLength: 1,
    default: null,
    description:
      'Jinja template that writes a conversation as text, or `chatml` for the one with `<|im_start|>` and `<|im_end|>`. Blocks of `{% generation %}` in it mark what the assistant writes.',
  },
  chat_template_path: {
    type: ['string', 'null'],
    minLength: 1,
    default: null,
    description: 'File that holds the chat template, in place of `chat_template`.',
  },
} as const satisfies Record<string, JSONSchema>;
