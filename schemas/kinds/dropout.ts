/** Dropout while training, in the names of Transformers' configs (those of Phi-3 and GPT-2). */
import type { JSONSchema } from 'json-schema-to-ts';
import { droppingAdapterSchema } from './adapter.js';

const rate = { type: 'number', minimum: 0, exclusiveMaximum: 1, default: 0 } as const;

export const dropoutProperties = {
  adapter: droppingAdapterSchema,
  embd_pdrop: { ...rate, description: 'Part of the embeddings that is dropped at each step of training.' },
  resid_pdrop: {
    ...rate,
    description: 'Part of what attention and the MLP of each layer add to the residual stream that is dropped.',
  },
  attention_dropout: { ...rate, description: 'Part of the attention probabilities that is dropped.' },
} as const satisfies Record<string, JSONSchema>;
