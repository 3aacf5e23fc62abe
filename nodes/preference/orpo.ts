/** `train.orpo`: the likelihood of chosen answers and their odds against the rejected ones, in one loss. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainOrpoConfig } from '../../schemas/kinds/train.orpo.js';
import { logOddsRatio, oddsRatioLoss } from '../loss/odds-ratio.js';
import { perToken } from '../loss/sequence-log-probs.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { tf } from '../tensor/tf.js';
import { train } from '../train/trainer.js';
import { type PairOutcome, pairLoss } from './pair-loss.js';
import { pairTask } from './pair-task.js';

export async function run(context: RunContext<TrainOrpoConfig>): Promise<RunOutcome> {
  const { config } = context;
  const task = pairTask(context, {
    scored: false,
    whole: config.nll_type === 'trl',
    loss: ({ model }) => orpoLoss(model.config, config),
  });
  return train(context, task);
}

/** NLL − β log σ(log odds ratio): Hong et al. 2024, eq. 6. The batches hold `whole` where the prompt is to count. */
export function orpoLoss(model: DecoderConfig, { beta }: Pick<TrainOrpoConfig, 'beta'>) {
  return pairLoss(model, ({ chosen, rejected, whole }): PairOutcome => {
    const logps = { chosen: perToken(chosen), rejected: perToken(rejected) };
    const logOdds = logOddsRatio(logps.chosen, logps.rejected);
    const ratioLoss = oddsRatioLoss(logOdds);
    const nll = tf.neg(perToken(whole));
    return {
      loss: tf.add(nll, tf.mul(ratioLoss, beta)),
      rewards: { chosen: tf.mul(logps.chosen, beta), rejected: tf.mul(logps.rejected, beta) },
      logps,
      readings: { nll_loss: nll, log_odds_chosen: logOdds, log_odds_ratio: tf.neg(ratioLoss) },
    };
  });
}
