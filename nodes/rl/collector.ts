/** What rollouts over some prompts need, opened together: what draws them, and what scores their tokens. */
import type { RunContext } from '../../engine/kind.js';
import type { ReinforcementConfig } from '../../schemas/kinds/reinforcement.js';
import type { Model } from '../model/model-directory.js';
import type { Rewarder } from '../reward/rewarder.js';
import type { Device, State } from '../tensor/device.js';
import { type Collect, createCollect } from './collect.js';
import { type BatchShapes, batchShapes } from './experience.js';
import type { Prompt } from './prompts.js';
import type { Reference } from './reference.js';
import { type RolloutShape, responsesOf } from './rollout-shape.js';
import { createRoller } from './rollouts.js';
import { createTokenScorer } from './token-scores.js';
import type { ValueFunction } from './value-function.js';

/** What all rollouts of a run are drawn and judged with. */
export interface Judges {
  readonly device: Device;
  readonly model: Model;
  /** The weights that are trained; they are read in place. */
  readonly state: State;
  /** Weights that stay as they are. */
  readonly held: State;
  readonly reference: Reference | undefined;
  readonly rewarder: Rewarder;
}

export interface CollectorOptions {
  readonly prompts: readonly Prompt[];
  readonly shape: RolloutShape;
  readonly temperature: number;
  /** Whether the tokens are scored by the models. */
  readonly isScored: boolean;
  readonly valueFunction?: ValueFunction | undefined;
  /** What is counted while a rollout is drawn. */
  unitOf(rollout: number): string;
}

export interface Collector {
  readonly collect: Collect;
  dispose(): Promise<void>;
}

export function createCollector(
  context: RunContext<ReinforcementConfig>,
  { device, model, state, held, reference, rewarder }: Judges,
  { prompts, shape, temperature, isScored, valueFunction, unitOf }: CollectorOptions,
): Collector {
  const { config } = context;
  const roller = createRoller(device, model, state, prompts, {
    shape,
    sampling: { sample: true, temperature, topK: config.top_k, topP: config.top_p, minP: config.min_p },
    maxCompletionLength: config.max_completion_length,
    batchSize: config.rollout_batch_size,
    seed: config.seed,
  });
  const scorer = isScored
    ? createTokenScorer(device, device.joinStates([state, held]), {
        config: model.config,
        temperature,
        reference,
        valueFunction,
        shapes: shapesOf(model, prompts, config.max_completion_length),
        batchSize: config.per_device_train_batch_size,
      })
    : undefined;
  return {
    collect: createCollect(context, { roller, rewarder, scorer }, { responses: responsesOf(shape), unitOf }),
    dispose: async () => {
      await roller.dispose();
      await scorer?.dispose();
    },
  };
}

/** The shapes of batches of prompts with their responses. */
export function shapesOf(model: Model, prompts: readonly Prompt[], maxCompletionLength: number): BatchShapes {
  return batchShapes(
    prompts.map(({ ids }) => ids.length),
    {
      maxCompletionLength,
      padId: model.tokenizer.padId ?? model.tokenizer.eosId ?? 0,
      maxPositions: model.config.maxPositions,
    },
  );
}
