/** Gemma 1 to 3. GGUF holds the weights of norms with the 1 added that Hugging Face adds while computing. */
import type { HostTensor } from '../../../tensor/device.js';
import { float32 } from '../../../tensor/host-tensor.js';
import type { Architecture, QuerySizes, Turn } from '../architecture.js';
import { type Keys, ropeOf, scalingOf, sizesOf, thetaOf } from '../keys.js';
import { shortest } from '../metadata.js';
import { common, headNorms, separate } from './llama.js';

const layer = 'model.layers.{}';
const around = {
  'blk.{}.post_attention_norm.weight': `${layer}.post_attention_layernorm.weight`,
  'blk.{}.ffn_norm.weight': `${layer}.pre_feedforward_layernorm.weight`,
  'blk.{}.post_ffw_norm.weight': `${layer}.post_feedforward_layernorm.weight`,
};
const constants = {
  hidden_act: 'gelu_pytorch_tanh',
  hidden_activation: 'gelu_pytorch_tanh',
  attention_bias: false,
  attention_dropout: 0,
};

const plus = ({ shape, data }: HostTensor, term: number) =>
  float32(
    shape,
    Float32Array.from(data, (x) => x + term),
  );
const fromOne: Turn = { undo: (tensor) => plus(tensor, -1), apply: (tensor) => plus(tensor, 1) };
/** All norms among the tensors. */
const norms = (tensors: Architecture['tensors']) =>
  Object.fromEntries(Object.keys(tensors).flatMap((name) => (name.endsWith('norm.weight') ? [[name, fromOne]] : [])));

/** The models of 27 B are the ones that divide by another root; readers know them by the number of their layers. */
const queryScalar =
  (layersOf27B: number) =>
  ({ layers, width, heads, headWidth }: QuerySizes) =>
    layers === layersOf27B ? width / heads : headWidth;

function queryScalarOf(keys: Keys, layersOf27B: number): number {
  const { hidden_size, num_hidden_layers, num_attention_heads, head_dim } = sizesOf(keys);
  return queryScalar(layersOf27B)({
    layers: Number(num_hidden_layers),
    width: Number(hidden_size),
    heads: Number(num_attention_heads),
    headWidth: Number(head_dim),
  });
}

const plain = { ...common, ...separate };

export const gemma: Architecture = {
  name: 'gemma',
  modelType: 'gemma',
  className: 'GemmaForCausalLM',
  tensors: plain,
  turns: norms(plain),
  config: (keys) => ({ ...sizesOf(keys), ...ropeOf(keys), ...constants }),
  activation: 'gelu-tanh',
};

const layersOfGemma2 = 46;
const sandwich = { ...plain, ...around };

export const gemma2: Architecture = {
  name: 'gemma2',
  modelType: 'gemma2',
  className: 'Gemma2ForCausalLM',
  tensors: sandwich,
  turns: norms(sandwich),
  config: (keys) => ({
    ...sizesOf(keys),
    ...ropeOf(keys),
    ...constants,
    query_pre_attn_scalar: queryScalarOf(keys, layersOfGemma2),
    sliding_window: keys.optional('attention.sliding_window') ?? 4096,
    attn_logit_softcapping: shortest(keys.optional('attn_logit_softcapping') ?? 50),
    final_logit_softcapping: shortest(keys.optional('final_logit_softcapping') ?? 30),
  }),
  activation: 'gelu-tanh',
  slides: (layer) => layer % 2 === 0,
  queryScalar: queryScalar(layersOfGemma2),
  capped: true,
};

const layersOfGemma3 = 62;
const withHeadNorms = { ...sandwich, ...headNorms };
const slides = (layer: number) => (layer + 1) % 6 !== 0;

export const gemma3: Architecture = {
  name: 'gemma3',
  modelType: 'gemma3_text',
  className: 'Gemma3ForCausalLM',
  tensors: withHeadNorms,
  turns: norms(withHeadNorms),
  config: (keys) => {
    const local = shortest(keys.optional('rope.freq_base_swa') ?? 10_000);
    return {
      ...sizesOf(keys),
      rope_parameters: {
        full_attention: { rope_theta: thetaOf(keys), ...(scalingOf(keys) ?? { rope_type: 'default' }) },
        sliding_attention: { rope_theta: local, rope_type: 'default' },
      },
      ...constants,
      query_pre_attn_scalar: queryScalarOf(keys, layersOfGemma3),
      sliding_window: keys.number('attention.sliding_window'),
      layer_types: Array.from({ length: keys.number('block_count') }, (_, layer) =>
        slides(layer) ? 'sliding_attention' : 'full_attention',
      ),
      attn_logit_softcapping: null,
      final_logit_softcapping: keys.optional('final_logit_softcapping') ?? null,
    };
  },
  activation: 'gelu-tanh',
  slides,
  queryScalar: queryScalar(layersOfGemma3),
  localRope: true,
};
