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
  /** The chosen answers with their prompts, where the batches hold `whole`; otherwise without. */
  readonly whole: SequenceLogProbs;
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
    const { ids, targets, whole = targets, ...others } = inputs as Tensors & PairInputs;
    const logits = outputLogits(config, parameters, decoderHidden(config, parameters, { ids }));
    const logProbs = tokenLogProbs(logits, whole);
    const [chosen, rejected] = halves(sequenceLogProbs(logProbs, targets));
    const pairs = { chosen, rejected, whole: halves(sequenceLogProbs(logProbs, whole))[0] };
    const { loss, rewards, logps, readings = {} } = outcomeOf(pairs, others);
    // A pair that only fills the batch has no tokens.
    const present = tf.cast(tf.greater(chosen.length, 0), 'float32');
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

interface PairInputs {
  readonly ids: Tensor;
  readonly targets: Tensor;
  readonly whole?: Tensor;
}

function halves({ sum, length }: SequenceLogProbs): [SequenceLogProbs, SequenceLogProbs] {
  const [sums, lengths] = [sum, length].map((values) => tf.split(values, 2, 0)) as [Tensor[], Tensor[]];
  return [0, 1].map((half) => ({ sum: sums[half]!, length: lengths[half]! })) as [SequenceLogProbs, SequenceLogProbs];
}
