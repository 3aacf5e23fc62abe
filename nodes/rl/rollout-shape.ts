/** How many responses a rollout has, and which of them each update learns from. */
import { createRandom } from '../tensor/random.js';

export interface RolloutShape {
  /** Responses to each prompt; they stand together. */
  readonly generations: number;
  /** Responses that are computed together. */
  readonly batchSize: number;
  /** Batches of an update. */
  readonly accumulation: number;
  /** Updates of a pass over the rollout. */
  readonly miniBatches: number;
  /** Passes over the rollout. */
  readonly passes: number;
}

/** One rollout that is only looked at: a response to each of so many prompts. */
export function oneToEach(prompts: number): RolloutShape {
  return { generations: 1, batchSize: prompts, accumulation: 1, miniBatches: 1, passes: 1 };
}

export function responsesOf({ batchSize, accumulation, miniBatches }: RolloutShape): number {
  return batchSize * accumulation * miniBatches;
}

export function promptsOf(shape: RolloutShape): number {
  return responsesOf(shape) / shape.generations;
}

export function updatesOf({ miniBatches, passes }: RolloutShape): number {
  return miniBatches * passes;
}

/** The batches of an update, as numbers of responses: each pass is a permutation of (seed, rollout, pass). */
export function batchesOfUpdate(
  shape: RolloutShape,
  seed: number | bigint,
  rollout: number,
  update: number,
): readonly (readonly number[])[] {
  const { batchSize, accumulation, miniBatches } = shape;
  const pass = Math.floor(update / miniBatches);
  const order = createRandom(seed, 'minibatches', rollout, pass).permutation(responsesOf(shape));
  const start = (update % miniBatches) * batchSize * accumulation;
  return Array.from({ length: accumulation }, (_, batch) => {
    const from = start + batch * batchSize;
    return [...order.subarray(from, from + batchSize)];
  });
}

interface GroupConfig {
  readonly num_generations: number;
  readonly per_device_train_batch_size: number;
  readonly gradient_accumulation_steps: number;
  readonly steps_per_generation: number | null;
  readonly num_iterations: number;
}

/** Of the methods that compare several responses to a prompt. */
export function groupShape(config: GroupConfig): RolloutShape {
  const accumulation = config.gradient_accumulation_steps;
  return {
    generations: config.num_generations,
    batchSize: config.per_device_train_batch_size,
    accumulation,
    miniBatches: (config.steps_per_generation ?? accumulation) / accumulation,
    passes: config.num_iterations,
  };
}
