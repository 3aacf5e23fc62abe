/** The loss of odds ratios, ORPO (Hong et al. 2024): it needs no reference model. */
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tensor/tf.js';
import { negativeLogSigmoid } from './direct-preference.js';

/** An answer of which a model is certain has infinite odds; its mean log-probability is taken to be at most this. */
const mostLogProb = -1e-6;

/**
 * log(odds(chosen) / odds(rejected)), odds(y) = p / (1 − p), from the mean log-probability of a token of each answer, log p,
 * in nats: float32 `[pairs]`, also the result. Eq. 4 and 7 of the paper.
 */
export function logOddsRatio(chosen: Tensor, rejected: Tensor): Tensor {
  return tf.sub(logOdds(chosen), logOdds(rejected));
}

/** −log σ(log odds ratio), eq. 7: float32 `[pairs]`. */
export function oddsRatioLoss(logOddsRatio: Tensor): Tensor {
  return negativeLogSigmoid(logOddsRatio);
}

function logOdds(logProb: Tensor): Tensor {
  const x = tf.minimum(logProb, mostLogProb);
  return tf.sub(x, logOfRest(x));
}

/** log(1 − eˣ) for x < 0: 1 − eˣ = tanh(−x/2) · (1 + eˣ), which keeps its digits near 0 and far from it. */
function logOfRest(x: Tensor): Tensor {
  return tf.add(tf.log(tf.tanh(tf.mul(x, -0.5))), tf.softplus(x));
}
