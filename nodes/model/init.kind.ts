import { defineKind, type Kind } from '../../engine/kind.js';
import { type ModelInitConfig, modelInitSchema } from '../../schemas/kinds/model.init.js';

export const modelInit: Kind = defineKind<ModelInitConfig>({
  name: 'model.init',
  version: 1,
  description: 'Makes a decoder with random weights, to be trained from nothing.',
  runs: 'worker',
  schema: modelInitSchema,
  inputs: { tokenizer: { type: 'tokenizer', description: 'Gives the vocabulary and the ids of the special tokens.' } },
  outputs: {
    model: {
      type: 'model',
      task: 'language model',
      description: 'A Hugging Face directory, with the tokenizer in it.',
    },
  },
  check: (config) => {
    const { hidden_size, num_attention_heads, num_key_value_heads } = config;
    if (hidden_size % num_attention_heads !== 0) {
      return [{ pointer: '/num_attention_heads', message: `must divide hidden_size, which is ${hidden_size}` }];
    }
    if (config.architecture === 'gpt2') return checkGpt2(config);
    if ((hidden_size / num_attention_heads) % 2 !== 0) {
      return [{ pointer: '/num_attention_heads', message: 'must leave each head an even width, for rotary positions' }];
    }
    if (num_key_value_heads !== null && num_attention_heads % num_key_value_heads !== 0) {
      return [
        {
          pointer: '/num_key_value_heads',
          message: `must divide num_attention_heads, which is ${num_attention_heads}`,
        },
      ];
    }
    return [];
  },
  load: () => import('./init.js'),
});

/** What it does not have cannot be set. */
function checkGpt2({ num_attention_heads, num_key_value_heads, rope_theta }: ModelInitConfig) {
  if (num_key_value_heads !== null && num_key_value_heads !== num_attention_heads) {
    return [{ pointer: '/num_key_value_heads', message: 'cannot be set: each head of gpt2 has keys and values' }];
  }
  if (rope_theta !== modelInitSchema.properties.rope_theta.default) {
    return [{ pointer: '/rope_theta', message: 'cannot be set: gpt2 learns its positions' }];
  }
  return [];
}
