/** The decoders that are measured. */
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
