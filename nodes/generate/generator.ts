/**
 * Batched generation over a KV cache. Rows of similar length share a batch, yet each response depends on its own prompt
 * and row number alone: rows do not see each other, and the randomness of a token is a function of (seed, row, place).
 */
import type { DecoderConfig } from '../nn/decoder-config.js';
import type { Device, HostTensors, State } from '../tensor/device.js';
import { paddedLengths } from '../train/padded-lengths.js';
import { createCachedDecoder, type GeneratorModel } from './cached-decoder.js';
import { decodeRows } from './decode-rows.js';
import {
  type GenerateOptions,
  type Generation,
  type GenerationOptions,
  type GeneratorSize,
  generationOf,
} from './generation.js';
import { searchBeams } from './search-beams.js';

export type { GenerateOptions, Generation, GenerationOptions, GeneratorModel, GeneratorSize };

/** Generates again and again with the programs that it compiled, and the weights as they are at each call. */
export interface Generator {
  /**
   * The responses in the prompts' order; with beams, as many as are to be returned for the first prompt, then for the second, …
   * Prompts are token ids, each of 1 to as many tokens as the longest of `promptLengths`. Calls must not overlap, nor run
   * beside a step that changes the weights. Throws `Failure` `logits-not-finite` where the model gives no numbers,
   * `no-token-allowed` where the processing bans every token, and `Stopped`.
   */
  generate(prompts: readonly (readonly number[])[], options: GenerationOptions): Promise<Generation[]>;
  dispose(): Promise<void>;
}

/**
 * `weights` is a state of the device, such as a trainer's, with whatever else it holds. It is read in place, not copied,
 * so a response comes from the weights as the last training step left them.
 */
export function createGenerator(
  device: Device,
  model: GeneratorModel,
  weights: State,
  { promptLengths, maxNewTokens, maxLength, batchSize, beams }: GeneratorSize,
): Generator {
  const longest = promptLengths.reduce((most, length) => Math.max(most, length), 1);
  const capacity = Math.min(maxLength ?? model.config.maxPositions, Math.ceil((longest + maxNewTokens) / 16) * 16);
  const lengths = promptLengths.length > 0 ? paddedLengths(promptLengths, capacity) : [capacity];
  const slots = batchSize * (beams?.count ?? 1);
  const decoder = createCachedDecoder(device, model, weights, { slots, capacity, lengths });
  return {
    async generate(prompts, options) {
      const { firstRow = 0, logprobs } = options;
      const rows = prompts.map((prompt, index) => ({ index, row: firstRow + index, prompt }));
      const byLength = [...rows].sort((a, b) => a.prompt.length - b.prompt.length || a.row - b.row);
      const generations: Generation[][] = [];
      let tokens = 0;
      for (let start = 0; start < byLength.length; start += batchSize) {
        const batch = byLength.slice(start, start + batchSize);
        const responses = beams
          ? await searchBeams(decoder, batch, maxNewTokens, beams, options)
          : (await decodeRows(decoder, batch, maxNewTokens, options)).map((response) => [response]);
        for (const [place, own] of responses.entries()) {
          generations[batch[place]!.index] = own.map((response) => generationOf(response, logprobs));
          tokens += own.reduce((sum, { ids }) => sum + ids.length, 0);
        }
        options.onProgress?.(start + batch.length, tokens);
      }
      return generations.flat();
    },
    dispose: () => decoder.dispose(),
  };
}

/** Generates once, from weights in this process's memory. */
export async function generate(
  device: Device,
  model: { readonly config: DecoderConfig; readonly parameters: HostTensors },
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<Generation[]> {
  if (prompts.length === 0) return [];
  const weights = device.createState(model.parameters);
  const promptLengths = prompts.map(({ length }) => length);
  const generator = createGenerator(device, model, weights, { ...options, promptLengths });
  try {
    return await generator.generate(prompts, options);
  } finally {
    await generator.dispose();
    weights.dispose();
  }
}
