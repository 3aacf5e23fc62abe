/** A decoder of the Llama family: token ids in, next-token logits out. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import { attend, causalMask, segmentMask } from './attention.js';
import type { DecoderConfig } from './decoder-config.js';
import { linear, rmsNorm, swiGlu, weightOf } from './layers.js';
import { type Rotation, rotate, rotation } from './rope.js';

export interface Sequences {
  /** int32 `[batch, time]`. Padding goes to the right, where no real token sees it. */
  readonly ids: Tensor;
  /** int32 `[batch, time]`, each below `time`; absent means 0, 1, 2, … in every row. */
  readonly positions?: Tensor | undefined;
  /** int32 `[batch, time]`: tokens see only tokens of the same number. Absent means one document a row. */
  readonly segments?: Tensor | undefined;
  /** float32 `[batch, time, width]`, added to the embeddings. */
  readonly noise?: Tensor | undefined;
}

/** `[batch, time, vocab]`, float32. */
export function decoderLogits(config: DecoderConfig, parameters: Tensors, sequences: Sequences): Tensor {
  const [batch, time] = sequences.ids.shape as [number, number];
  const hidden = decoderHidden(config, parameters, sequences);
  return tf.reshape(outputLogits(config, parameters, hidden), [batch, time, config.vocabSize]);
}

/** The last layer's activations, normalised: `[batch · time, width]`. */
export function decoderHidden(config: DecoderConfig, parameters: Tensors, sequences: Sequences): Tensor {
  const { ids, positions, segments, noise } = sequences;
  const [, time] = ids.shape as [number, number];
  const mask = segments ? segmentMask(segments) : causalMask(time);
  const attention: Attention = (_, query, key, value) => attend(query, key, value, mask);
  return decoderStack(config, parameters, ids, rotation(config, time, positions), attention, noise);
}

/** Logits of activations `[n, width]` → `[n, vocab]`. */
export function outputLogits(config: DecoderConfig, parameters: Tensors, hidden: Tensor): Tensor {
  return linear(parameters, config.tiedEmbeddings ? 'model.embed_tokens' : 'lm_head', hidden);
}

/**
 * How a layer attends. `query` `[batch, heads, time, d]`; `key`, `value` `[batch, keyValueHeads, time, d]`, rotated →
 * `[batch, heads, time, d]`.
 */
export type Attention = (layer: number, query: Tensor, key: Tensor, value: Tensor) => Tensor;

/**
 * All the layers, with attention left open: training masks it, generation reads a cache. `noise`, `[batch, time, width]`,
 * is added to the embeddings. `[batch · time, width]`
 */
export function decoderStack(
  config: DecoderConfig,
  parameters: Tensors,
  ids: Tensor,
  turns: Rotation,
  attention: Attention,
  noise?: Tensor,
): Tensor {
  const [batch, time] = ids.shape as [number, number];
  const { heads, keyValueHeads, headWidth, normEpsilon } = config;
  const split = (x: Tensor, count: number) =>
    tf.transpose(tf.reshape(x, [batch, time, count, headWidth]), [0, 2, 1, 3]);

  let x = tf.gather(weightOf(parameters, 'model.embed_tokens.weight'), tf.reshape(ids, [-1])) as Tensor;
  if (noise) x = tf.add(x, tf.reshape(noise, x.shape));
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `model.layers.${layer}`;
    const project = (name: string, input: Tensor) => linear(parameters, `${at}.self_attn.${name}`, input);
    const norm = (name: string) => rmsNorm(x, weightOf(parameters, `${at}.${name}.weight`), normEpsilon);
    const normed = norm('input_layernorm');
    const query = rotate(split(project('q_proj', normed), heads), turns);
    const key = rotate(split(project('k_proj', normed), keyValueHeads), turns);
    const value = split(project('v_proj', normed), keyValueHeads);
    const mixed = tf.transpose(attention(layer, query, key, value), [0, 2, 1, 3]);
    x = tf.add(x, project('o_proj', tf.reshape(mixed, [batch * time, heads * headWidth])));
    x = tf.add(x, swiGlu(parameters, `${at}.mlp`, norm('post_attention_layernorm')));
  }
  return rmsNorm(x, weightOf(parameters, 'model.norm.weight'), normEpsilon);
}
