/**
 * The angles of rotary positions (Su et al. 2021), and the ways to stretch them to longer texts, as Transformers
 * computes them.
 */

/** The base of the frequencies, how many elements of a head are turned, and the stretching. */
export type Rope = {
  readonly theta: number;
  /** `head_dim`, or with `partial_rotary_factor` a part of it: even. */
  readonly width: number;
} & (
  | { readonly type: 'default' }
  | { readonly type: 'linear'; readonly factor: number }
  | DynamicRope
  | YarnRope
  | LongRope
  | Llama3Rope
);

/** NTK-aware scaling (u/emozilla 2023): texts longer than the original get a larger base. */
export interface DynamicRope {
  readonly type: 'dynamic';
  readonly factor: number;
  readonly originalMaxPositions: number;
}

/** YaRN (Peng et al. 2023). */
export interface YarnRope {
  readonly type: 'yarn';
  readonly factor: number;
  /** Pairs that turn more often than this over the original length are left alone. */
  readonly betaFast: number;
  /** Pairs that turn less often than this are stretched in full. */
  readonly betaSlow: number;
  /** Whether the two bounds are rounded to whole pairs. */
  readonly truncate: boolean;
  readonly attentionFactor: number;
  readonly originalMaxPositions: number;
}

/** LongRoPE (Ding et al. 2024): one factor a pair, of two sets: for texts up to the original length, and longer ones. */
export interface LongRope {
  readonly type: 'longrope';
  readonly shortFactors: readonly number[];
  readonly longFactors: readonly number[];
  readonly attentionFactor: number;
  readonly originalMaxPositions: number;
}

/** Llama 3.1: long wavelengths are stretched, short ones kept, those between blended. */
export interface Llama3Rope {
  readonly type: 'llama3';
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  readonly originalMaxPositions: number;
}

/** Angle per position of each pair in a text of `length` tokens, in radians: `width / 2` of them. */
export function ropeFrequencies(rope: Rope, length: number): Float32Array {
  const { theta, width } = rope;
  const half = width / 2;
  const of = (base: number) => Float32Array.from({ length: half }, (_, i) => base ** (-i / half));
  switch (rope.type) {
    case 'default':
      return of(theta);
    case 'linear':
      return of(theta).map((frequency) => frequency / rope.factor);
    case 'dynamic': {
      const excess = Math.max(length / rope.originalMaxPositions - 1, 0);
      return of(theta * (1 + rope.factor * excess) ** (width / (width - 2)));
    }
    case 'yarn':
      return yarnFrequencies(rope);
    case 'longrope': {
      const factors = length > rope.originalMaxPositions ? rope.longFactors : rope.shortFactors;
      return of(theta).map((frequency, i) => frequency / factors[i]!);
    }
    case 'llama3':
      return of(theta).map((frequency) => llama3Frequency(frequency, rope));
  }
}

/** What cosines and sines are multiplied by, so that attention stays as sharp over longer texts. */
export function attentionFactorOf(rope: Rope): number {
  return rope.type === 'yarn' || rope.type === 'longrope' ? rope.attentionFactor : 1;
}

/** Pairs that turn fast are left alone, slow ones stretched, those between blended along a ramp. */
function yarnFrequencies(rope: YarnRope & { readonly theta: number; readonly width: number }): Float32Array {
  const { theta, width, factor, originalMaxPositions, truncate } = rope;
  const half = width / 2;
  /** The pair that turns so often over the original length, as a fraction. */
  const pairOf = (turns: number) =>
    (width * Math.log(originalMaxPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const round = (pair: number, to: (x: number) => number) => (truncate ? to(pair) : pair);
  const low = Math.max(round(pairOf(rope.betaFast), Math.floor), 0);
  const high = Math.min(round(pairOf(rope.betaSlow), Math.ceil), width - 1);
  const span = high === low ? 0.001 : high - low;
  return Float32Array.from({ length: half }, (_, i) => {
    const frequency = theta ** (-i / half);
    const stretched = Math.min(Math.max((i - low) / span, 0), 1);
    return (frequency / factor) * stretched + frequency * (1 - stretched);
  });
}

function llama3Frequency(frequency: number, rope: Llama3Rope): number {
  const wavelength = (2 * Math.PI) / frequency;
  const ratio = rope.originalMaxPositions / wavelength;
  if (ratio > rope.highFrequencyFactor) return frequency;
  if (ratio < rope.lowFrequencyFactor) return frequency / rope.factor;
  const smooth = (ratio - rope.lowFrequencyFactor) / (rope.highFrequencyFactor - rope.lowFrequencyFactor);
  return (1 - smooth) * (frequency / rope.factor) + smooth * frequency;
}
