/** Scores answers that are there as text, once: by a reward model where one is wired, and by functions. */
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact, RunContext } from '../../engine/kind.js';
import type { RewardConfig } from '../../schemas/kinds/sampling.js';
import { readRewardModel } from '../model/classifier-directory.js';
import type { DeviceName } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import { type Answered, assertFiniteRewards, createRewardFunctions, type Scores } from './functions.js';
import { noReward, rewardModelName } from './rewarder.js';
import { createRewardModel } from './score.js';
import { rewardSequences } from './sequences.js';

type Context = RunContext<RewardConfig>;

const batchSize = 32;

/**
 * The sum of the scores of the reward model at the port `reward_model` and of `reward_funcs`, each times its weight, in the order of
 * the answers. Throws `Failure` `no-reward` where there is neither, and `Stopped`.
 */
export async function scoreAnswers(context: Context, answered: readonly Answered[]): Promise<Scores> {
  const { config, signal } = context;
  const artifact = context.optionalInput(rewardModelName);
  if (!artifact && config.reward_funcs.length === 0) throw noReward();
  const scores = await createRewardFunctions(config.reward_funcs, context).score(answered, signal);
  if (!artifact) return scores;
  const own = await modelScores(context, artifact, answered);
  assertFiniteRewards(rewardModelName, own, answered);
  return {
    total: scores.total.map((sum, index) => sum + config.reward_model_weight * own[index]!),
    each: { [rewardModelName]: own, ...scores.each },
  };
}

async function modelScores(context: Context, artifact: Artifact, answered: readonly Answered[]) {
  const model = await readRewardModel(artifact, join(context.scratch, rewardModelName));
  const rows = answered.map(({ prompt, response }) => ({ prompt, responses: [response] }));
  const sequences = (await rewardSequences(rows, model.tokenizer)).flat();
  assertFits(sequences, model.config.maxPositions);
  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
  try {
    const scorer = createRewardModel(device, model, { batchSize });
    const onProgress = (step: number) => context.progress({ step, total: sequences.length, unit: 'scored responses' });
    const scores = await scorer.scores(sequences, { signal: context.signal, onProgress });
    await scorer.dispose();
    return scores;
  } finally {
    await device.dispose();
  }
}

function assertFits(sequences: readonly (readonly number[])[], maxPositions: number): void {
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  if (longest <= maxPositions) return;
  throw new Failure(
    'reward-model-too-short',
    `A prompt with its response and EOS has ${longest} tokens, and the reward model ${maxPositions} positions.`,
    'Lower max_new_tokens, or leave out long prompts.',
  );
}
