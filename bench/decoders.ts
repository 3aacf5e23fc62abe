/** The decoders that are measured, and how a process that measures one is started. */
import { execFileSync } from 'node:child_process';
import { hugePages } from '../engine/executor/huge-pages.js';
import { llamaDecoder } from '../nodes/model/families/llama.js';
import type { DecoderConfig } from '../nodes/nn/decoder-config.js';

function decoder(
  vocabSize: number,
  width: number,
  mlpWidth: number,
  layers: number,
  heads: number,
  keyValueHeads = 2,
): DecoderConfig {
  const headWidth = width / heads;
  const common = { keyValueHeads, maxPositions: 128, tiedEmbeddings: true, initializerRange: 0.02 };
  return llamaDecoder(
    { vocabSize, width, mlpWidth, layers, heads, headWidth, ...common },
    { type: 'default', theta: 10_000, width: headWidth },
    { type: 'rms', epsilon: 1e-5 },
  );
}

/** The decoders that the benchmarks run; the last, of the size of SmolLM2-135M, where it is asked for by name. */
export const models: Readonly<Record<string, DecoderConfig>> = {
  '0.9M': decoder(512, 128, 416, 4, 4),
  '12M': decoder(4096, 384, 1152, 6, 6),
  '135M': decoder(49_152, 576, 1536, 30, 9, 3),
};

/** Those that run where none is named. */
export const usualModels = ['0.9M', '12M'];

/** Runs a process that prints one JSON object: one of Lapidary's in the environment of its workers, a peer as it comes. */
export function inProcess<Measurement>(command: string, args: readonly string[]): Measurement {
  const env = { ...process.env, ...(command === process.execPath ? hugePages(process.env) : {}) };
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'inherit'] }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
