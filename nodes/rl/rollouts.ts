/** Responses that the policy draws, from its weights as they are. */

import { createGenerator } from '../generate/generator.js';
import { newText } from '../generate/respond.js';
import type { Sampling } from '../generate/sampling.js';
import type { Model } from '../model/model-directory.js';
import type { Device, State } from '../tensor/device.js';
import { type Prompt, promptSequence } from './prompts.js';
import { promptsOf, type RolloutShape, responsesOf } from './rollout-shape.js';

/** A prompt with a response. */
export interface Episode {
  readonly prompt: Prompt;
  /** Tokens of the response, with the one that ended it; never empty. */
  readonly responseIds: readonly number[];
  /** Without special tokens. */
  readonly text: string;
  /** Whether an end token was drawn; else the response was cut off. */
  readonly ended: boolean;
}

export interface RolloutOptions {
  readonly shape: RolloutShape;
  readonly sampling: Sampling;
  readonly maxCompletionLength: number;
  readonly batchSize: number;
  readonly seed: number;
}

export interface Roller {
  /** The responses of a rollout, those to one prompt together: a function of (weights, seed, rollout). Throws `Stopped`. */
  roll(rollout: number, signal: AbortSignal, onProgress: (done: number) => void): Promise<Episode[]>;
  dispose(): Promise<void>;
}

/** `weights` is the state that is trained; it is read in place. */
export function createRoller(
  device: Device,
  model: Model,
  weights: State,
  prompts: readonly Prompt[],
  { shape, sampling, maxCompletionLength, batchSize, seed }: RolloutOptions,
): Roller {
  const { config, tokenizer, endIds } = model;
  const responses = responsesOf(shape);
  const generator = createGenerator(device, { config }, weights, {
    promptLengths: prompts.map(({ ids }) => ids.length),
    maxNewTokens: maxCompletionLength,
    batchSize: Math.min(batchSize, responses),
  });
  const promptAt = promptSequence(prompts, seed);
  return {
    async roll(rollout, signal, onProgress) {
      const asked = Array.from({ length: responses }, (_, index) =>
        promptAt(rollout * promptsOf(shape) + Math.floor(index / shape.generations)),
      );
      const generations = await generator.generate(
        asked.map(({ ids }) => ids),
        { sampling, seed, firstRow: rollout * responses, endIds, signal, onProgress },
      );
      return Promise.all(
        generations.map(async ({ ids, endId }, index): Promise<Episode> => {
          const prompt = asked[index]!;
          return {
            prompt,
            responseIds: endId === undefined ? ids : [...ids, endId],
            text: await newText(tokenizer, prompt.ids, ids),
            ended: endId !== undefined,
          };
        }),
      );
    },
    dispose: () => generator.dispose(),
  };
}
