/** GPT-2, whose linear weights lie as `[out, in]` in GGUF, as those of all others do. */
import type { HostTensor } from '../../../tensor/device.js';
import { float32 } from '../../../tensor/host-tensor.js';
import type { Architecture, Turn } from '../architecture.js';
import { shortest } from '../metadata.js';

const modules = {
  output_norm: 'transformer.ln_f',
  'blk.{}.attn_norm': 'transformer.h.{}.ln_1',
  'blk.{}.attn_qkv': 'transformer.h.{}.attn.c_attn',
  'blk.{}.attn_output': 'transformer.h.{}.attn.c_proj',
  'blk.{}.ffn_norm': 'transformer.h.{}.ln_2',
  'blk.{}.ffn_up': 'transformer.h.{}.mlp.c_fc',
  'blk.{}.ffn_down': 'transformer.h.{}.mlp.c_proj',
};

const turned: Turn = { undo: transposed, apply: transposed, transposes: true };

export const gpt2: Architecture = {
  name: 'gpt2',
  modelType: 'gpt2',
  className: 'GPT2LMHeadModel',
  tensors: {
    'token_embd.weight': 'transformer.wte.weight',
    'position_embd.weight': 'transformer.wpe.weight',
    'output.weight': 'lm_head.weight',
    ...Object.fromEntries(
      Object.entries(modules).flatMap(([theirs, ours]) =>
        ['weight', 'bias'].map((part) => [`${theirs}.${part}`, `${ours}.${part}`]),
      ),
    ),
  },
  turns: Object.fromEntries(
    ['attn_qkv', 'attn_output', 'ffn_up', 'ffn_down'].map((name) => [`blk.{}.${name}.weight`, turned]),
  ),
  config: ({ number }) => ({
    n_embd: number('embedding_length'),
    n_inner: number('feed_forward_length'),
    n_layer: number('block_count'),
    n_head: number('attention.head_count'),
    n_positions: number('context_length'),
    layer_norm_epsilon: shortest(number('attention.layer_norm_epsilon')),
    activation_function: 'gelu_new',
  }),
  activation: 'gelu-tanh',
};

function transposed({ shape, data }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const into = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) into[column * rows + row] = data[row * columns + column]!;
  }
  return float32([columns, rows], into);
}
