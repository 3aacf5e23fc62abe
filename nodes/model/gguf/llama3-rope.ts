/**
 * Llama 3.1's stretched rotary positions. A GGUF file holds the divisor of each frequency, `rope_freqs.weight`, and not
 * what they were computed from; every model published so has the same three constants, which is checked.
 */
import { Failure } from '../../../engine/failure.js';
import type { Llama3Rope } from '../../nn/rope-frequencies.js';
import type { JsonObject } from '../hugging-face-config.js';

const published = { low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 } as const;

/** Whether the constants are those that every published model has. */
export function isPublished(rope: Llama3Rope): boolean {
  return (
    rope.lowFrequencyFactor === published.low_freq_factor &&
    rope.highFrequencyFactor === published.high_freq_factor &&
    rope.originalMaxPositions === published.original_max_position_embeddings
  );
}

/** The divisors, one for each pair of a head of `headWidth`. */
export function llama3Divisors(factor: number, theta: number, headWidth: number): Float32Array {
  const { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original } = published;
  return Float32Array.from({ length: headWidth / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * theta ** ((2 * i) / headWidth);
    if (wavelength < original / high) return 1;
    if (wavelength > original / low) return factor;
    const smooth = (original / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/** `rope_scaling` from the divisors. Throws `Failure` `rope-type-unsupported` where they are of another rule. */
export function llama3Scaling(divisors: Float32Array, theta: number, file: string): JsonObject {
  const factor = Math.round(divisors.reduce((most, value) => Math.max(most, value), 1) * 1000) / 1000;
  const expected = llama3Divisors(factor, theta, divisors.length * 2);
  if (divisors.some((value, i) => !(Math.abs(value - expected[i]!) <= 1e-3 * expected[i]!))) {
    throw new Failure(
      'rope-type-unsupported',
      `${file} has rope_freqs.weight that do not follow the rule of Llama 3.1.`,
    );
  }
  return { rope_type: 'llama3', factor, ...published };
}
