/**
 * Rotary position embeddings (Su et al. 2021), in Hugging Face's layout: the two halves of a head are the two parts of
 * the rotated pairs, so element i turns together with element i + headWidth / 2.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { SaveForGradient } from '../tensor/save-for-gradient.js';
import { tf } from '../tensor/tf.js';
import type { DecoderConfig, Rope } from './decoder-config.js';

/** Cosines and sines, shaped so that they broadcast over `[batch, heads, time, headWidth / 2]`. */
export interface Rotation {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/** Angle per position of each pair, in radians; length `headWidth / 2`. */
export function ropeFrequencies(rope: Rope, headWidth: number): Float32Array {
  const half = headWidth / 2;
  const plain = Float32Array.from({ length: half }, (_, i) => rope.theta ** (-i / half));
  switch (rope.type) {
    case 'default':
      return plain;
    case 'linear':
      return plain.map((frequency) => frequency / rope.factor);
    case 'llama3':
      return plain.map((frequency) => llama3Frequency(frequency, rope));
  }
}

/** Llama 3.1: long wavelengths are stretched, short ones kept, those between blended. */
function llama3Frequency(frequency: number, rope: Extract<Rope, { type: 'llama3' }>): number {
  const wavelength = (2 * Math.PI) / frequency;
  const ratio = rope.originalMaxPositions / wavelength;
  if (ratio > rope.highFrequencyFactor) return frequency;
  if (ratio < rope.lowFrequencyFactor) return frequency / rope.factor;
  const smooth = (ratio - rope.lowFrequencyFactor) / (rope.highFrequencyFactor - rope.lowFrequencyFactor);
  return (1 - smooth) * (frequency / rope.factor) + smooth * frequency;
}

/**
 * The rotation of each place. Without `positions` row t of the table serves time t: `[time, headWidth / 2]`. With
 * `positions` `[batch, time]`, each below `capacity`, the rows are looked up: `[batch, 1, time, headWidth / 2]`.
 */
export function rotation(config: DecoderConfig, capacity: number, positions?: Tensor): Rotation {
  const half = config.headWidth / 2;
  const frequencies = ropeFrequencies(config.rope, config.headWidth);
  // The angle is rounded to float32 as PyTorch does, so that far positions agree with it.
  const table = (f: (angle: number) => number) =>
    tf.tensor2d(
      Float32Array.from({ length: capacity * half }, (_, i) =>
        f(Math.fround(Math.floor(i / half) * frequencies[i % half]!)),
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

/** Rotates `x` `[batch, heads, time, headWidth]`; the gradient is the rotation back. */
export function rotate(x: Tensor, { cos, sin }: Rotation): Tensor {
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
