/** The decoders that are measured, and how a process that measures one is started. */
import { execFileSync } from 'node:child_process';
import type { DecoderConfig } from '../nodes/nn/decoder-config.js';

/** What they have in common. */
const shared = {
  maxPositions: 128,
  rope: { type: 'default', theta: 10_000 },
  normEpsilon: 1e-5,
  tiedEmbeddings: true,
  initializerRange: 0.02,
} as const;
/** The decoders that the benchmarks run. */
export const models: Readonly<Record<string, DecoderConfig>> = {
  '0.9M': {
    vocabSize: 512,
    width: 128,
    mlpWidth: 416,
    layers: 4,
    heads: 4,
    keyValueHeads: 2,
    headWidth: 32,
    ...shared,
  },
  '12M': {
    vocabSize: 4096,
    width: 384,
    mlpWidth: 1152,
    layers: 6,
    heads: 6,
    keyValueHeads: 2,
    headWidth: 64,
    ...shared,
  },
};

/** Runs a process that prints one JSON object. */
export function inProcess<Measurement>(command: string, args: readonly string[]): Measurement {
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
