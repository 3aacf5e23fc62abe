/** `train.dpo`: direct preference optimisation, and its relatives that hold a policy near to a reference. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainDpoConfig } from '../../schemas/kinds/train.dpo.js';
import { type PreferenceLossOptions, preferenceLoss } from '../loss/direct-preference.js';
import { perToken } from '../loss/sequence-log-probs.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { tf } from '../tensor/tf.js';
import { train } from '../train/trainer.js';
import { type PairOutcome, pairLoss } from './pair-loss.js';
import { pairTask } from './pair-task.js';

export async function run(context: RunContext<TrainDpoConfig>): Promise<RunOutcome> {
  const { config } = context;
  if (config.reference_free && context.optionalInput('reference')) throw uselessReference();
  const task = pairTask(context, {
    scored: !config.reference_free,
    loss: ({ model }) => dpoLoss(model.config, config),
  });
  return train(context, task);
}

type Options = Pick<TrainDpoConfig, 'beta' | 'loss_type' | 'label_smoothing' | 'rpo_alpha'>;

/** The loss of a batch of pairs that holds the reference's log-probabilities. */
export function dpoLoss(model: DecoderConfig, options: Options) {
  const { beta, loss_type: type, label_smoothing: labelSmoothing, rpo_alpha: alpha } = options;
  const settings: PreferenceLossOptions = { beta, labelSmoothing };
  return pairLoss(model, ({ chosen, rejected }, inputs): PairOutcome => {
    const ratios = {
      chosen: tf.sub(chosen.sum, inputs['reference.chosen']!),
      rejected: tf.sub(rejected.sum, inputs['reference.rejected']!),
      chosenLength: chosen.length,
      rejectedLength: rejected.length,
    };
    const loss = preferenceLoss(type, ratios, settings);
    const outcome = {
      rewards: { chosen: tf.mul(ratios.chosen, beta), rejected: tf.mul(ratios.rejected, beta) },
      logps: { chosen: chosen.sum, rejected: rejected.sum },
    };
    if (alpha === null) return { loss, ...outcome };
    // RPO: α · −log π(chosen) / its tokens. Pang et al. 2024 (Iterative Reasoning Preference Optimization), eq. 1.
    const nll = tf.neg(perToken(chosen));
    return { loss: tf.add(loss, tf.mul(nll, alpha)), ...outcome, readings: { nll_loss: nll } };
  });
}

function uselessReference(): Failure {
  return new Failure(
    'reference-not-used',
    'There is a model at the input `reference`, and reference_free says that none is used.',
    'Leave one of them out.',
  );
}
