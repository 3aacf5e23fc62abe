/** `train.simpo`: answers are compared by the mean log-probability of a token, which does not favour short ones. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainSimpoConfig } from '../../schemas/kinds/train.simpo.js';
import { marginLoss } from '../loss/reference-free.js';
import { perToken } from '../loss/sequence-log-probs.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { tf } from '../tensor/tf.js';
import { train } from '../train/trainer.js';
import { pairLoss } from './pair-loss.js';
import { pairTask } from './pair-task.js';

export async function run(context: RunContext<TrainSimpoConfig>): Promise<RunOutcome> {
  const { config } = context;
  return train(context, pairTask(context, { scored: false, loss: ({ model }) => simpoLoss(model.config, config) }));
}

type Options = Pick<TrainSimpoConfig, 'beta' | 'gamma_beta_ratio' | 'simpo_gamma' | 'loss_type' | 'label_smoothing'>;

export function simpoLoss(model: DecoderConfig, options: Options) {
  const { beta, loss_type: type, label_smoothing: labelSmoothing } = options;
  const gamma = options.simpo_gamma ?? options.gamma_beta_ratio * beta;
  return pairLoss(model, ({ chosen, rejected }) => {
    const logps = { chosen: perToken(chosen), rejected: perToken(rejected) };
    return {
      loss: marginLoss(type, { chosen, rejected }, { beta, gamma, labelSmoothing }),
      rewards: { chosen: tf.mul(logps.chosen, beta), rejected: tf.mul(logps.rejected, beta) },
      logps,
    };
  });
}
