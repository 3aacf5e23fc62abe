/** A loss of pairs, from a batch of `pairBatches` to sums over the pairs in it. */
import type { Tensor } from '@tensorflow/tfjs';
import { type SequenceLogProbs, sequenceLogProbs, tokenLogProbs } from '../loss/sequence-log-probs.js';
import { decoderHidden, outputLogits } from '../nn/decoder.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import type { Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import type { LossFunction } from '../train/learner.js';

/** What a policy makes of the pairs of a batch; every tensor is float32 `[pairs]`. */
export interface PolicyPairs {
  readonly chosen: SequenceLogProbs;
  readonly rejected: SequenceLogProbs;
}

/** What comes of each pair; every tensor is float32 `[pairs]`. */
export interface PairOutcome {
  readonly loss: Tensor;
  /** Implicit rewards of the answers, which are only read. */
  readonly rewards: { readonly chosen: Tensor; readonly rejected: Tensor };
  /** How likely the answers are, as it is logged. */
  readonly logps: { readonly chosen: Tensor; readonly rejected: Tensor };
  readonly readings?: Tensors;
}

/**
 * The loss over the pairs of a batch, with the readings that TRL logs: `rewards/chosen`, `rewards/rejected`,
 * `rewards/accuracies` (the part of the pairs whose chosen answer has the larger reward), `rewards/margins`,
 * `logps/chosen`, `logps/rejected`, and those of the outcome.
 */
export function pairLoss(
  config: DecoderConfig,
  outcomeOf: (pairs: PolicyPairs, inputs: Tensors) => PairOutcome,
): LossFunction {
  return (parameters, inputs) => {
    const { ids, targets, ...others } = inputs as Tensors & { readonly ids: Tensor; readonly targets: Tensor };
    const logits = outputLogits(config, parameters, decoderHidden(config, parameters, { ids }));
    const answers = sequenceLogProbs(tokenLogProbs(logits, targets), targets);
    const [chosenSum, rejectedSum] = halves(answers.sum);
    const [chosenLength, rejectedLength] = halves(answers.length);
    const pairs = {
      chosen: { sum: chosenSum, length: chosenLength },
      rejected: { sum: rejectedSum, length: rejectedLength },
    };
    const { loss, rewards, logps, readings = {} } = outcomeOf(pairs, others);
    // A pair that only fills the batch has no tokens.
    const present = tf.cast(tf.greater(chosenLength, 0), 'float32');
    const total = (values: Tensor) => tf.sum(tf.mul(values, present));
    const margins = tf.sub(rewards.chosen, rewards.rejected);
    const all = {
      'rewards/chosen': rewards.chosen,
      'rewards/rejected': rewards.rejected,
      'rewards/accuracies': tf.cast(tf.greater(margins, 0), 'float32'),
      'rewards/margins': margins,
      'logps/chosen': logps.chosen,
      'logps/rejected': logps.rejected,
      ...readings,
    };
    return {
      sum: total(loss),
      count: tf.sum(present),
      readings: Object.fromEntries(Object.entries(all).map(([name, values]) => [name, total(values)])),
    };
  };
}

function halves(values: Tensor): [Tensor, Tensor] {
  return tf.split(values, 2, 0) as [Tensor, Tensor];
}

/** The mean log-probability of a token of each answer; 0 for a pair that only fills the batch. */
export function perToken({ sum, length }: SequenceLogProbs): Tensor {
  return tf.div(sum, tf.maximum(length, 1));
}
