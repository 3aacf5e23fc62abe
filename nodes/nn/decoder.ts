/** A decoder: token ids in, next-token logits out. What it is made of, its config says. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../tensor/device.js';
import { rematerialised } from '../tensor/rematerialise.js';
import { inModule } from '../tensor/scope.js';
import { tf } from '../tensor/tf.js';
import { watch } from '../tensor/watch.js';
import { attend } from './attention.js';
import type { DecoderConfig, LayerAttention } from './decoder-config.js';
import { decoderLayer } from './decoder-layer.js';
import { dropoutNames, dropped } from './dropout.js';
import { linear, weightOf } from './layers.js';
import { causalMask, segmentMask } from './masks.js';
import { normalise } from './norms.js';
import { documentLengths, type PositionCode, positionCode } from './positions.js';

export interface Sequences {
  /** int32 `[batch, time]`. Padding goes to the right, where no real token sees it. */
  readonly ids: Tensor;
  /** int32 `[batch, time]`, each below `time`; absent means 0, 1, 2, … in every row. */
  readonly positions?: Tensor | undefined;
  /** int32 `[batch, time]`: tokens see only tokens of the same number. Absent means one document a row. */
  readonly segments?: Tensor | undefined;
  /** float32 `[batch, time, width]`, added to the embeddings. */
  readonly noise?: Tensor | undefined;
  /** int32 `[batch]`: tokens of each row without its padding. Absent means that padding is part of a row's length. */
  readonly lengths?: Tensor | undefined;
}

/** `[batch, time, vocab]`, float32. */
export function decoderLogits(config: DecoderConfig, parameters: Tensors, sequences: Sequences): Tensor {
  const [batch, time] = sequences.ids.shape as [number, number];
  const hidden = decoderHidden(config, parameters, sequences);
  return tf.reshape(outputLogits(config, parameters, hidden), [batch, time, config.vocabSize]);
}

/**
 * The last layer's activations, normalised: `[batch · time, width]`.
 *
 * Where rotary positions depend on the length of a text, that is the length of its document where rows are packed, that
 * of `lengths` where they are given, and otherwise of the row with its padding, as in Transformers.
 */
export function decoderHidden(config: DecoderConfig, parameters: Tensors, sequences: Sequences): Tensor {
  const { ids, positions, segments, noise } = sequences;
  const [, time] = ids.shape as [number, number];
  const mask = maskOf(time, (window) => (segments ? segmentMask(segments, window) : causalMask(time, window)));
  const lengths = textLengths(sequences);
  const code = positionCode(config, parameters, { capacity: time, positions, lengths });
  const pass = { ids, code, noise, mask: (layer: number) => mask(config.attention[layer]!) };
  return decoderStack(config, parameters, pass, (layer, query, key, value, held) =>
    attend(query, key, value, held.mask!, { ...config.attention[layer]!, kept: held[dropoutNames.attention(layer)] }),
  );
}

/** As of `Places`. */
function textLengths({ positions, segments, lengths }: Sequences): (() => Tensor) | undefined {
  if (positions && segments) return () => documentLengths(positions, segments);
  return lengths && (() => tf.reshape(lengths, [-1, 1]));
}

/** Logits of activations `[n, width]` → `[n, vocab]`. */
export function outputLogits(config: DecoderConfig, parameters: Tensors, hidden: Tensor): Tensor {
  const { tiedEmbeddings, modules, logitCap } = config;
  const logits = linear(parameters, tiedEmbeddings ? modules.embedding : modules.output, hidden);
  return logitCap === undefined ? logits : tf.mul(tf.tanh(tf.div(logits, logitCap)), logitCap);
}

/**
 * How a layer attends. `query` `[batch, heads, time, d]`; `key`, `value` `[batch, keyValueHeads, time, d]`, rotated →
 * `[batch, heads, time, d]`. `held` has the `mask` of the pass, where it has any, and the layer's masks of dropout.
 */
export type Attention = (layer: number, query: Tensor, key: Tensor, value: Tensor, held: Tensors) => Tensor;

export interface Pass {
  /** int32 `[batch, time]` */
  readonly ids: Tensor;
  readonly code: PositionCode;
  /** `[batch, time, width]`, added to the embeddings. */
  readonly noise?: Tensor | undefined;
  /** What a layer adds to its scores, where attention is told. */
  readonly mask?: ((layer: number) => Tensor) | undefined;
}

/** All the layers, with attention left open: training masks it, generation reads a cache. `[batch · time, width]` */
export function decoderStack(config: DecoderConfig, parameters: Tensors, pass: Pass, attention: Attention): Tensor {
  const [batch, time] = pass.ids.shape as [number, number];
  const { embedding } = config.modules;
  let x = watch(
    embedding,
    inModule(embedding, () => embedded(config, parameters, pass)),
  );
  for (let layer = 0; layer < config.layers; layer++) {
    const rotation = pass.code.rotation(layer);
    const mask = pass.mask?.(layer);
    const held = { ...rotation, ...(mask && { mask }), ...startingWith(`dropout.${layer}.`, parameters) };
    const weights = startingWith(`${config.modules.layers}.${layer}.`, parameters);
    x = rematerialised({ x, weights, held }, ({ x, weights, held }) => {
      const layerPass = {
        batch,
        time,
        rotation: rotation && { cos: held.cos!, sin: held.sin! },
        attend: (query: Tensor, key: Tensor, value: Tensor) => attention(layer, query, key, value, held),
      };
      return inModule(`${config.modules.layers}.${layer}`, () =>
        decoderLayer(config, { ...parameters, ...weights, ...held }, layer, x, layerPass),
      );
    });
  }
  const { finalNorm } = config.modules;
  return watch(finalNorm, normalise(config.norm, parameters, finalNorm, x));
}

function startingWith(prefix: string, parameters: Tensors): Tensors {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => name.startsWith(prefix)));
}

/** `[batch · time, width]` */
function embedded(config: DecoderConfig, parameters: Tensors, { ids, code, noise }: Pass): Tensor {
  const [batch, time] = ids.shape as [number, number];
  const table = weightOf(parameters, `${config.modules.embedding}.weight`);
  let x = tf.gather(table, tf.reshape(ids, [-1])) as Tensor;
  if (config.embeddingScale !== 1) x = tf.mul(x, config.embeddingScale);
  if (noise) x = tf.add(x, tf.reshape(noise, x.shape));
  if (code.added) x = tf.reshape(tf.add(tf.reshape(x, [batch, time, config.width]), code.added), x.shape);
  return dropped(parameters, dropoutNames.embedding, x);
}

/** Layers with the same window share their mask; one as wide as all the `places` is none. */
export function maskOf(places: number, make: (window: number | undefined) => Tensor): (how: LayerAttention) => Tensor {
  const masks = new Map<number | undefined, Tensor>();
  return ({ window = places }) => {
    const narrow = window < places ? window : undefined;
    if (!masks.has(narrow)) masks.set(narrow, make(narrow));
    return masks.get(narrow)!;
  };
}
