/** Texts that a model writes while it learns, for a person to look at. They change nothing of what is learned. */
import { Failure, Stopped } from '../../engine/failure.js';
import { createGenerator } from '../generate/generator.js';
import type { Sampling } from '../generate/sampling.js';
import type { Model } from '../model/model-directory.js';
import type { Device, State, Tensors } from '../tensor/device.js';
import { withBos } from './example.js';

const greedy: Sampling = { sample: false, temperature: 1, topK: 0, topP: 1 };

export interface SamplePlan {
  readonly model: Model;
  readonly prompts: readonly string[];
  readonly everySteps: number;
  readonly maxNewTokens: number;
}

export interface Sample {
  readonly step: number;
  /** One for each prompt: its likeliest continuation. */
  readonly texts: readonly string[];
}

export interface Sampler {
  /** The likeliest continuation of each prompt; `undefined` when the signal was heard. */
  texts(signal: AbortSignal): Promise<string[] | undefined>;
  dispose(): Promise<void>;
}

export interface SampleConfig {
  readonly sample_prompts: readonly string[];
  readonly sample_steps: number | null;
  readonly sample_max_new_tokens: number;
}

/** `undefined` where no samples are asked for. */
export function samplePlanOf(model: Model, config: SampleConfig): SamplePlan | undefined {
  const { sample_prompts: prompts, sample_steps: everySteps, sample_max_new_tokens: maxNewTokens } = config;
  return everySteps === null ? undefined : { model, prompts, everySteps, maxNewTokens };
}

/** `view` finds the decoder's weights in the state. Throws `Failure` when a prompt has no token, or leaves no room. */
export async function createSampler(
  device: Device,
  plan: SamplePlan,
  state: State,
  view: (state: Tensors) => Tensors,
): Promise<Sampler> {
  const { config, tokenizer, endIds } = plan.model;
  const encodings = await tokenizer.encodeBatch([...plan.prompts]);
  const prompts = encodings.map(({ ids }) => withBos(ids, tokenizer.bosId));
  for (const [index, { length }] of prompts.entries()) assertFits(plan.prompts[index]!, length, config.maxPositions);
  const generator = createGenerator(device, { config, parametersOf: view }, state, {
    promptLengths: prompts.map(({ length }) => length),
    maxNewTokens: plan.maxNewTokens,
    batchSize: prompts.length,
  });
  return {
    async texts(signal) {
      const options = { sampling: greedy, seed: 0, endIds, signal };
      const found = await generator.generate(prompts, options).catch(passOverStop);
      return found && tokenizer.decodeBatch(found.map(({ ids }) => ids));
    },
    dispose: async () => generator.dispose(),
  };
}

/** One text a line, under its step, for each prompt. */
export function sampleLines(samples: readonly Sample[], prompt: number): string {
  const width = Math.max(...samples.map(({ step }) => String(step).length));
  return samples
    .map(({ step, texts }) => `${String(step).padStart(width)}  ${texts[prompt]!.trim().replace(/\s+/g, ' ')}`)
    .join('\n');
}

function passOverStop(error: unknown): undefined {
  if (!(error instanceof Stopped)) throw error;
}

function assertFits(prompt: string, length: number, maxPositions: number): void {
  if (length > 0 && length < maxPositions) return;
  throw new Failure(
    'sample-prompt-length',
    `The sample prompt ${JSON.stringify(prompt)} has ${length} tokens, and the model has ${maxPositions} positions.`,
  );
}
