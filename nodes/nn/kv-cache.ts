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
 * Reads the prompts: `ids` int32 `[batch, time]`, padded to the right, time ≤ capacity; `last` int32 `[batch]`, the
 * index of each prompt's last token. What padding leaves in the cache is overwritten before it is ever open.
 */
export function prefill(config: DecoderConfig, state: Tensors, ids: Tensor, last: Tensor): CachedStep {
  const [batch, time] = ids.shape as [number, number];
  const mask = maskOf(time, (window) => causalMask(time, window));
  const lengths = () => tf.reshape(tf.add(last, 1), [batch, 1]);
  const code = positionCode(config, state, { capacity: time, lengths });
  const next: Record<string, Tensor> = {};
  const hidden = decoderStack(config, state, { ids, code }, (layer, query, key, value) => {
    next[keyName(layer)] = padTo(key, capacityOf(state));
    next[valueName(layer)] = padTo(value, capacityOf(state));
    const how = config.attention[layer]!;
    return attend(query, key, value, mask(how), how);
  });
  const rows = tf.add(
    last,
    tf.tensor1d(
      Int32Array.from({ length: batch }, (_, row) => row * time),
      'int32',
    ),
  );
  return { logits: outputLogits(config, state, tf.gather(hidden, rows)), state: next };
}

/** Reads one more token a row: `ids` int32 `[batch, 1]` at `positions` int32 `[batch, 1]`, each below the capacity. */
export function decodeStep(config: DecoderConfig, state: Tensors, ids: Tensor, positions: Tensor): CachedStep {
  const capacity = capacityOf(state);
  const mask = maskOf(capacity, (window) => cacheMask(capacity, positions, window));
  const lengths = () => tf.add(positions, 1);
  const code = positionCode(config, state, { capacity, positions, lengths });
  const next: Record<string, Tensor> = {};
  const hidden = decoderStack(config, state, { ids, code }, (layer, query, key, value) => {
    const keys = writeAt(state[keyName(layer)]!, key, positions);
    const values = writeAt(state[valueName(layer)]!, value, positions);
    next[keyName(layer)] = keys;
    next[valueName(layer)] = values;
    const how = config.attention[layer]!;
    return attend(query, keys, values, mask(how), how);
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

/** Puts `entry` `[batch, heads, 1, d]` into `cache` `[batch, heads, capacity, d]`, at each row's own position. */
function writeAt(cache: Tensor, entry: Tensor, positions: Tensor): Tensor {
  const [batch, heads, , width] = cache.shape as [number, number, number, number];
  const lines = batch * heads;
  const rowAndHead = tf.tensor2d(
    Int32Array.from({ length: 2 * lines }, (_, i) => (i % 2 === 0 ? Math.floor(i / 2 / heads) : (i >> 1) % heads)),
    [lines, 2],
    'int32',
  );
  const position = tf.reshape(tf.tile(positions, [1, heads]), [lines, 1]);
  return tf.tensorScatterUpdate(cache, tf.concat([rowAndHead, position], 1), tf.reshape(entry, [lines, width]));
}

function capacityOf(state: Tensors): number {
  return state[keyName(0)]!.shape[2]!;
}

/** Appends zeros along the time axis. */
function padTo(x: Tensor, capacity: number): Tensor {
  const missing = capacity - x.shape[2]!;
  return missing === 0
    ? x
    : tf.pad(x, [
        [0, 0],
        [0, 0],
        [0, missing],
        [0, 0],
      ]);
}
