/** The decoders that are measured, and how a process that measures one is started. */
import { execFileSync } from 'node:child_process';
import { llamaDecoder } from '../nodes/model/families/llama.js';
import type { DecoderConfig } from '../nodes/nn/decoder-config.js';

function decoder(vocabSize: number, width: number, mlpWidth: number, layers: number, heads: number): DecoderConfig {
  const headWidth = width / heads;
  const common = { keyValueHeads: 2, maxPositions: 128, tiedEmbeddings: true, initializerRange: 0.02 };
  return llamaDecoder(
    { vocabSize, width, mlpWidth, layers, heads, headWidth, ...common },
    { type: 'default', theta: 10_000, width: headWidth },
    { type: 'rms', epsilon: 1e-5 },
  );
}

/** The decoders that the benchmarks run. */
export const models: Readonly<Record<string, DecoderConfig>> = {
  '0.9M': decoder(512, 128, 416, 4, 4),
  '12M': decoder(4096, 384, 1152, 6, 6),
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
