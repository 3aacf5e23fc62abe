/**
 * Rotary position embeddings (Su et al. 2021), in Hugging Face's layout: the two halves of a head are the two parts of
 * the rotated pairs, so element i turns together with element i + width / 2.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { SaveForGradient } from '../tensor/save-for-gradient.js';
import { tf } from '../tensor/tf.js';
import { attentionFactorOf, type DynamicRope, type LongRope, type Rope, ropeFrequencies } from './rope-frequencies.js';

/** Cosines and sines, shaped so that they broadcast over `[batch, heads, time, width / 2]`. */
export interface Rotation {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/** The places that are read at once. */
export interface Places {
  /** All positions are below it; without `lengths`, it is the length of the text. */
  readonly capacity: number;
  /** int32 `[batch, time]`; absent: 0, 1, 2, … up to the capacity. */
  readonly positions?: Tensor | undefined;
  /** Of how many tokens a token's text is: int32 `[batch, time]` or `[batch, 1]`. Asked for only where a rope needs it. */
  readonly lengths?: (() => Tensor) | undefined;
}

/**
 * The rotation of each place. Without `positions` row t of the table serves time t: `[time, width / 2]`. With
 * `positions`, or where the text's length decides, `[batch, 1, time, width / 2]`.
 */
export function rotation(rope: Rope, { capacity, positions, lengths }: Places): Rotation {
  if (lengths && variesBelow(rope, capacity)) return rotationByLength(rope, capacity, positions, lengths());
  const half = rope.width / 2;
  const frequencies = ropeFrequencies(rope, capacity);
  const factor = attentionFactorOf(rope);
  // The angle is rounded to float32 as PyTorch does, so that far positions agree with it.
  const table = (f: (angle: number) => number) =>
    tf.tensor2d(
      Float32Array.from(
        { length: capacity * half },
        (_, i) => factor * f(Math.fround(Math.floor(i / half) * frequencies[i % half]!)),
      ),
      [capacity, half],
    );
  const cos = table(Math.cos);
  const sin = table(Math.sin);
  if (!positions) return { cos, sin };
  const [batch, time] = positions.shape as [number, number];
  const rows = (values: Tensor) => tf.reshape(tf.gather(values, tf.reshape(positions, [-1])), [batch, 1, time, half]);
  return { cos: rows(cos), sin: rows(sin) };
}

type RopeOfLength = Rope & (DynamicRope | LongRope);

/** Whether texts of some lengths up to `capacity` are turned otherwise than others. */
function variesBelow(rope: Rope, capacity: number): rope is RopeOfLength {
  return (rope.type === 'dynamic' || rope.type === 'longrope') && capacity > rope.originalMaxPositions;
}

function rotationByLength(rope: RopeOfLength, capacity: number, positions: Tensor | undefined, lengths: Tensor) {
  const half = rope.width / 2;
  const { representatives, classes } = lengthClasses(rope, capacity, lengths);
  const table = tf.tensor2d(
    Float32Array.from(representatives.flatMap((length) => [...ropeFrequencies(rope, length)])),
    [representatives.length, half],
  );
  const [batch, times] = lengths.shape as [number, number];
  const frequencies = tf.reshape(tf.gather(table, tf.reshape(classes, [-1])), [batch, 1, times, half]);
  const places = positions ?? tf.range(0, capacity, 1, 'int32');
  const time = places.shape.at(-1)!;
  const angles = tf.mul(tf.reshape(tf.cast(places, 'float32'), [-1, 1, time, 1]), frequencies);
  const factor = attentionFactorOf(rope);
  return { cos: tf.mul(tf.cos(angles), factor), sin: tf.mul(tf.sin(angles), factor) };
}

/** Lengths that stand for all that are turned in the same way, and which of them stands for each of `lengths`. */
function lengthClasses(rope: RopeOfLength, capacity: number, lengths: Tensor) {
  const original = rope.originalMaxPositions;
  if (rope.type === 'longrope') {
    return { representatives: [original, original + 1], classes: tf.cast(tf.greater(lengths, original), 'int32') };
  }
  const representatives = Array.from({ length: capacity - original + 1 }, (_, excess) => original + excess);
  return { representatives, classes: tf.cast(tf.maximum(tf.sub(lengths, original), 0), 'int32') };
}

/**
 * Rotates the first elements of each head of `x` `[batch, heads, time, headWidth]`, as many as the rotation is wide; the
 * gradient is the rotation back.
 */
export function rotate(x: Tensor, rotation: Rotation): Tensor {
  const width = 2 * rotation.cos.shape.at(-1)!;
  const rest = x.shape[3]! - width;
  if (rest === 0) return rotateAll(x, rotation);
  const [turned, kept] = tf.split(x, [width, rest], -1) as [Tensor, Tensor];
  return tf.concat([rotateAll(turned, rotation), kept], -1);
}

function rotateAll(x: Tensor, { cos, sin }: Rotation): Tensor {
  const turned = tf.customGrad((input, save) => {
    (save as SaveForGradient)([cos, sin]);
    return {
      value: turn(input as Tensor, cos, sin),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => turn(gradient, saved[0]!, tf.neg(saved[1]!)),
    };
  });
  return turned(x);
}

function turn(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const [first, second] = tf.split(x, 2, -1) as [Tensor, Tensor];
  return tf.concat(
    [tf.sub(tf.mul(first, cos), tf.mul(second, sin)), tf.add(tf.mul(second, cos), tf.mul(first, sin))],
    -1,
  );
}
