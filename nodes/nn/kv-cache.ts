/**
 * Generation token by token: keys and values of the tokens read so far are kept as state, `[batch, keyValueHeads,
 * capacity, d]` a layer. Every row has its own position, so rows of different lengths share a batch.
 *
 * Keys are kept as they were rotated. Where rotary positions depend on the length of the text, a key keeps the rotation of
 * the length at which it was written, as in Transformers; see `staleLengths`.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { HostTensors, Tensors } from '../tensor/device.js';
import { float32 } from '../tensor/host-tensor.js';
import { tf } from '../tensor/tf.js';
import { attend } from './attention.js';
import { attendCached } from './cached-attention.js';
import { decoderStack, maskOf, outputLogits } from './decoder.js';
import type { DecoderConfig } from './decoder-config.js';
import { cacheMask, causalMask } from './masks.js';
import { positionCode } from './positions.js';

const keyName = (layer: number) => `cache.${layer}.key`;
const valueName = (layer: number) => `cache.${layer}.value`;

function cacheNames(config: DecoderConfig): string[] {
  return Array.from({ length: config.layers }, (_, layer) => [keyName(layer), valueName(layer)]).flat();
}

/** Caches of zeros, to be put beside the parameters in a state. */
export function emptyCache(config: DecoderConfig, batch: number, capacity: number): HostTensors {
  const shape = [batch, config.keyValueHeads, capacity, config.headWidth];
  return Object.fromEntries(cacheNames(config).map((name) => [name, float32(shape)]));
}

/** Logits of the next token `[batch, vocab]`, and the caches as they are afterwards. */
export interface CachedStep {
  readonly logits: Tensor;
  readonly state: Tensors;
}

/**
 * Reads the prompts: `ids` int32 `[prompts, time]`, padded to the right, time ≤ capacity; `last` int32 `[prompts]`, the
 * index of each prompt's last token. `sources` int32 `[batch]` says which prompt each row of the cache holds; without it,
 * rows are prompts. What padding leaves in the cache is overwritten before it is ever open.
 */
export function prefill(
  config: DecoderConfig,
  state: Tensors,
  ids: Tensor,
  last: Tensor,
  sources?: Tensor,
): CachedStep {
  const [prompts, time] = ids.shape as [number, number];
  const mask = maskOf(time, (window) => causalMask(time, window));
  const lengths = () => tf.reshape(tf.add(last, 1), [prompts, 1]);
  const code = positionCode(config, state, { capacity: time, lengths });
  const next: Record<string, Tensor> = {};
  const ofRows = (read: Tensor) => (sources ? (tf.gather(read, sources) as Tensor) : read);
  const places = tf
    .range(0, time, 1, 'int32')
    .reshape([1, time])
    .tile([state[keyName(0)]!.shape[0]!, 1]);
  const hidden = decoderStack(config, state, { ids, code }, (layer, query, key, value) => {
    next[keyName(layer)] = writeAt(state[keyName(layer)]!, ofRows(key), places);
    next[valueName(layer)] = writeAt(state[valueName(layer)]!, ofRows(value), places);
    const how = config.attention[layer]!;
    return attend(query, key, value, mask(how), how);
  });
  const ends = tf.add(
    last,
    tf.tensor1d(
      Int32Array.from({ length: prompts }, (_, row) => row * time),
      'int32',
    ),
  );
  return { logits: outputLogits(config, state, tf.gather(hidden, ofRows(ends))), state: next };
}

/** Reads one more token a row: `ids` int32 `[batch, 1]` at `positions` int32 `[batch, 1]`, each below the capacity. The cache
 * is read as it was; what is written to it is seen by the next step. */
export function decodeStep(config: DecoderConfig, state: Tensors, ids: Tensor, positions: Tensor): CachedStep {
  const capacity = capacityOf(state);
  const mask = maskOf(capacity, (window) => cacheMask(capacity, positions, window));
  const lengths = () => tf.add(positions, 1);
  const code = positionCode(config, state, { capacity, positions, lengths });
  const next: Record<string, Tensor> = {};
  const hidden = decoderStack(config, state, { ids, code }, (layer, query, key, value) => {
    const cache = { key: state[keyName(layer)]!, value: state[valueName(layer)]! };
    next[keyName(layer)] = writeAt(cache.key, key, positions);
    next[valueName(layer)] = writeAt(cache.value, value, positions);
    const how = config.attention[layer]!;
    return attendCached(query, cache, { key, value }, mask(how), how);
  });
  return { logits: outputLogits(config, state, hidden), state: next };
}

/**
 * With LongRoPE, a text of more tokens than this has other angles from its first token on: what was cached of it no longer
 * holds. Empty for other decoders.
 */
export function staleLengths({ attention }: DecoderConfig): number[] {
  const lengths = attention.flatMap(({ rope }) => (rope?.type === 'longrope' ? [rope.originalMaxPositions] : []));
  return [...new Set(lengths)];
}

/** The caches with other rows in place of each row: `sources` int32 `[batch]`. */
export function gatherCache(config: DecoderConfig, state: Tensors, sources: Tensor): Tensors {
  return Object.fromEntries(cacheNames(config).map((name) => [name, tf.gather(state[name]!, sources) as Tensor]));
}

/** Puts `entries` `[batch, heads, time, d]` into `cache` `[batch, heads, capacity, d]`, at `positions` int32 `[batch, time]`. */
function writeAt(cache: Tensor, entries: Tensor, positions: Tensor): Tensor {
  const [batch, heads, time, width] = entries.shape as [number, number, number, number];
  const rows = batch * heads * time;
  const rowAndHead = tf.tensor2d(
    Int32Array.from({ length: 2 * rows }, (_, i) => {
      const line = Math.floor((i >> 1) / time);
      return i % 2 === 0 ? Math.floor(line / heads) : line % heads;
    }),
    [rows, 2],
    'int32',
  );
  const position = tf.reshape(tf.tile(tf.reshape(positions, [batch, 1, time]), [1, heads, 1]), [rows, 1]);
  return tf.tensorScatterUpdate(cache, tf.concat([rowAndHead, position], 1), tf.reshape(entries, [rows, width]));
}

function capacityOf(state: Tensors): number {
  return state[keyName(0)]!.shape[2]!;
}
