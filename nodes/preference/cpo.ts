/** `train.cpo`: contrastive preference optimisation, and its relatives that know no reference. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainCpoConfig } from '../../schemas/kinds/train.cpo.js';
import { type AnswerPairs, contrastiveLoss, marginLoss } from '../loss/reference-free.js';
import { perToken } from '../loss/sequence-log-probs.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { tf } from '../tensor/tf.js';
import { train } from '../train/trainer.js';
import { type PairOutcome, pairLoss } from './pair-loss.js';
import { pairTask } from './pair-task.js';

export async function run(context: RunContext<TrainCpoConfig>): Promise<RunOutcome> {
  const { config } = context;
  return train(context, pairTask(context, { scored: false, loss: ({ model }) => cpoLoss(model.config, config) }));
}

type Options = Pick<TrainCpoConfig, 'beta' | 'loss_type' | 'label_smoothing' | 'cpo_alpha' | 'simpo_gamma'>;

/** The default of TRL. */
const defaultGamma = 0.5;

/** The loss of preference + α · −log π(chosen) / its tokens: Xu et al. 2024 (CPO), eq. 5. */
export function cpoLoss(model: DecoderConfig, options: Options) {
  const { beta, loss_type: type, cpo_alpha: alpha } = options;
  const averaged = type === 'simpo' || type === 'ipo_trl';
  return pairLoss(model, ({ chosen, rejected }): PairOutcome => {
    const logps = {
      chosen: averaged ? perToken(chosen) : chosen.sum,
      rejected: averaged ? perToken(rejected) : rejected.sum,
    };
    const nll = tf.neg(perToken(chosen));
    const loss = lossOf({ chosen, rejected }, options);
    return {
      loss: alpha === 0 ? loss : tf.add(loss, tf.mul(nll, alpha)),
      rewards: { chosen: tf.mul(logps.chosen, beta), rejected: tf.mul(logps.rejected, beta) },
      logps,
      readings: { nll_loss: nll },
    };
  });
}

function lossOf(pairs: AnswerPairs, { beta, loss_type: type, label_smoothing, simpo_gamma: gamma }: Options) {
  const settings = { beta, labelSmoothing: label_smoothing };
  if (type === 'simpo') return marginLoss('sigmoid', pairs, { ...settings, gamma: gamma ?? defaultGamma });
  return contrastiveLoss(type, pairs, settings);
}
