/** All that a response is rewarded for: a reward model where there is one, and functions. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact, RunContext } from '../../engine/kind.js';
import type { RewardFunctionConfig } from '../../schemas/kinds/reward-functions.js';
import { readRewardModel } from '../model/classifier-directory.js';
import type { Device } from '../tensor/device.js';
import { type Answered, assertFiniteRewards, createRewardFunctions, type Scores } from './functions.js';
import { createRewardModel, type RewardModel } from './score.js';

/** A response as tokens besides. */
export interface TokenisedAnswer extends Answered {
  /** With BOS where the tokenizer has one. */
  readonly promptIds: readonly number[];
  readonly responseIds: readonly number[];
}

export interface Rewarder {
  readonly names: readonly string[];
  /** Throws `Failure` and `Stopped`. Calls must not overlap. */
  score(answered: readonly TokenisedAnswer[], signal: AbortSignal): Promise<Scores>;
  dispose(): Promise<void>;
}

export interface RewardConfig {
  readonly reward_funcs: readonly RewardFunctionConfig[];
  readonly reward_model_weight: number;
}

/** The name of the reward model's score in logs and metrics. */
export const rewardModelName = 'reward_model';

/**
 * The reward model at the port `reward_model`, and the functions of the config. Throws `Failure` where there is neither, or
 * where the reward model reads other tokens than the model at the port `model` writes.
 */
export async function createRewarder(
  context: RunContext<RewardConfig>,
  device: Device,
  { batchSize, eosId }: { readonly batchSize: number; readonly eosId: number | undefined },
): Promise<Rewarder> {
  const { config } = context;
  const functions = createRewardFunctions(config.reward_funcs, context);
  const artifact = context.optionalInput(rewardModelName);
  if (!artifact && functions.names.length === 0) throw noReward();
  if (!artifact) return { ...functions, dispose: async () => {} };
  await assertSameTokenizer(context.input('model'), artifact, 'reward model');
  const model = await readRewardModel(artifact, join(context.scratch, rewardModelName));
  const scorer = createRewardModel(device, model, { batchSize });
  return {
    names: [rewardModelName, ...functions.names],
    async score(answered, signal) {
      const scores = await functions.score(answered, signal);
      const own = await modelScores(scorer, model.config.maxPositions, answered, eosId, signal);
      assertFiniteRewards(rewardModelName, own, answered);
      return {
        total: scores.total.map((sum, index) => sum + config.reward_model_weight * own[index]!),
        each: { [rewardModelName]: own, ...scores.each },
      };
    },
    dispose: () => scorer.dispose(),
  };
}

/**
 * EOS is put behind each response, also one that was cut off: the model has learned to judge there and nowhere else. What
 * a missing end costs is said by `missing_eos_penalty`.
 */
async function modelScores(
  scorer: RewardModel,
  maxPositions: number,
  answered: readonly TokenisedAnswer[],
  eosId: number | undefined,
  signal: AbortSignal,
): Promise<Float64Array> {
  const end = eosId === undefined ? [] : [eosId];
  const sequences = answered.map(({ promptIds, responseIds }) => [...promptIds, ...responseIds, ...end]);
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  if (longest <= maxPositions) return scorer.scores(sequences, { signal });
  throw new Failure(
    'reward-model-too-short',
    `A prompt with its response and EOS has ${longest} tokens, and the reward model ${maxPositions} positions.`,
    'Lower max_completion_length.',
  );
}

/** Throws `Failure` `tokenizer-mismatch`: a model that is given another's token ids reads nonsense. */
export async function assertSameTokenizer(policy: Artifact, other: Artifact, what: string): Promise<void> {
  const [ours, theirs] = await Promise.all([policy, other].map((one) => readFile(one.path('tokenizer.json'))));
  if (ours!.equals(theirs!)) return;
  throw new Failure(
    'tokenizer-mismatch',
    `The model and the ${what} have different tokenizers, so that one cannot read what the other writes.`,
    `Take a ${what} that was made from the same base.`,
  );
}

export function noReward(): Failure {
  return new Failure(
    'no-reward',
    'There is nothing to score responses by: neither a reward model nor a reward function.',
    'Wire a model to the input reward_model, or give reward_funcs.',
  );
}
