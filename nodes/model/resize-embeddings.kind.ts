import { defineKind, type Kind } from '../../engine/kind.js';
import {
  type ModelResizeEmbeddingsConfig,
  modelResizeEmbeddingsSchema,
} from '../../schemas/kinds/model.resize_embeddings.js';
import { chatTemplateSources, checkChatTemplate } from '../tokenizer/chat-template-option.js';

export const modelResizeEmbeddings: Kind = defineKind<ModelResizeEmbeddingsConfig>({
  name: 'model.resize_embeddings',
  version: 1,
  description: "Adds tokens to a model's tokenizer, and rows for them to its embeddings.",
  runs: 'worker',
  schema: modelResizeEmbeddingsSchema,
  inputs: { model: { type: 'model', description: 'The model; its other weights stay as they are.' } },
  outputs: { model: { type: 'model', description: 'The model with the larger vocabulary, in float32.' } },
  sources: chatTemplateSources,
  check: (config) => {
    const both = config.tokens.filter((token) => config.special_tokens.includes(token));
    const message = `${JSON.stringify(both[0])} is among special_tokens, too`;
    return [...checkChatTemplate(config), ...(both.length === 0 ? [] : [{ pointer: '/tokens', message }])];
  },
  load: () => import('./resize-embeddings.js'),
});
