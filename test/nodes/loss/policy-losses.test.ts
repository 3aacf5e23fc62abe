import type { Tensor } from '@tensorflow/tfjs';
import t, { type Test } from 'tap';
import { aggregateTokens, aggregationCount, tokenAggregations } from '../../../nodes/loss/aggregate-tokens.js';
import { entropyOf } from '../../../nodes/loss/entropy.js';
import { clippedPolicyLoss, clippedValueLoss } from '../../../nodes/loss/ppo-loss.js';
import { tokenStatistics } from '../../../nodes/loss/token-statistics.js';
import { tf } from '../../../nodes/tensor/tf.js';

void tf.setBackend('cpu');

const list = (x: Tensor) => [...x.dataSync()];
const near = (t: Test, found: readonly number[], wanted: readonly number[], message = '') => {
  const far = wanted.findIndex((value, i) => !(Math.abs(value - found[i]!) < 1e-5));
  t.equal(far, -1, `${message} ${found} for ${wanted}`);
  t.equal(found.length, wanted.length);
};

const logits = tf.tensor2d([0.3, -1, 2, 0.5, 1, 0, -2, 0.1, 3, 3, 3, 3], [3, 4]);
const targets = tf.tensor1d([2, -100, 0], 'int32');

t.test('log-probabilities and entropies are those of the softmax', (t) => {
  for (const temperature of [1, 0.7]) {
    const logP = tf.logSoftmax(tf.div(logits, temperature)) as Tensor;
    const { logProbs, entropy } = tokenStatistics(logits, targets, temperature);
    const all = logP.arraySync() as number[][];
    near(t, list(logProbs), [all[0]![2]!, 0, all[2]![0]!]);
    near(t, list(entropy), list(tf.neg(tf.sum(tf.mul(tf.exp(logP), logP), -1))));
    // The gradient, beside that of TensorFlow.js's own operations.
    const weights = tf.tensor1d([2, 5, -1]);
    const own = (x: Tensor) => tf.sum(tf.mul(tokenStatistics(x, targets, temperature).logProbs, weights));
    const picked = tf.tensor2d([0, 0, 2, 0, 0, 0, 0, 0, -1, 0, 0, 0], [3, 4]);
    const plain = (x: Tensor) => tf.sum(tf.mul(tf.logSoftmax(tf.div(x, temperature)) as Tensor, picked));
    near(t, list(tf.grad(own as never)(logits)), list(tf.grad(plain as never)(logits)), 'gradient');
  }
  t.end();
});

t.test('an entropy that is learned from is the one that is read, and has its gradient', (t) => {
  for (const temperature of [1, 0.7]) {
    near(t, list(entropyOf(logits, temperature)), list(tokenStatistics(logits, targets, temperature).entropy));
    const weights = tf.tensor1d([2, 5, -1]);
    const gradient = tf.grad(((x: Tensor) => tf.sum(tf.mul(entropyOf(x, temperature), weights))) as never)(logits);
    const logP = tf.logSoftmax(tf.div(logits, temperature)) as Tensor;
    const surprise = tf.add(logP, tf.reshape(entropyOf(logits, temperature), [3, 1]));
    const slope = tf.div(tf.mul(tf.neg(tf.exp(logP)), surprise), temperature);
    near(t, list(gradient), list(tf.mul(slope, tf.reshape(weights, [3, 1]))), 'gradient');
  }
  t.end();
});

t.test('the policy loss is clipped where clipping is the worse', (t) => {
  const ratio = tf.tensor1d([1, 0.5, 0.5, 1.5, 1.5, 1.25]);
  const advantages = tf.tensor1d([2, 1, -1, 1, -1, 1]);
  const { loss, clipped } = clippedPolicyLoss(ratio, advantages, { low: 0.2, high: 0.28 });
  near(t, list(loss), [-2, -0.5, 0.8, -1.28, 1.5, -1.25]);
  t.same(list(clipped), [0, 0, 1, 1, 0, 0]);
  const sum = (r: Tensor) => tf.sum(clippedPolicyLoss(r, advantages, { low: 0.2, high: 0.28 }).loss);
  near(t, list(tf.grad(sum as never)(ratio)), [-2, -1, 0, 0, 1, -1], 'no gradient where it is clipped');
  t.end();
});

t.test('the value loss is the worse of the two', (t) => {
  const [values, old, returns] = [
    [1, 1, 3],
    [0, 1, 0],
    [2, 1, 0],
  ].map((x) => tf.tensor1d(x)) as [Tensor, Tensor, Tensor];
  const { loss, clipped } = clippedValueLoss(values, old, returns, 0.5);
  near(t, list(loss), [0.5 * 1.5 ** 2, 0, 0.5 * 9]);
  t.same(list(clipped), [1, 0, 0]);
  t.end();
});

t.test('tokens are averaged as each method does it', (t) => {
  const losses = tf.tensor2d([1, 2, 100, 4, 100, 100], [2, 3]);
  const mask = tf.tensor2d([1, 1, 0, 1, 0, 0], [2, 3]);
  const size = { rows: 2, tokens: 3, maxLength: 3 };
  const wanted = { grpo: (1.5 + 4) / 2, bnpo: 7 / 3, dr_grpo: 7 / 6, dapo: 7 / 3 };
  for (const type of tokenAggregations) {
    const value = aggregateTokens(type, losses, mask).dataSync()[0]! / aggregationCount(type, size);
    near(t, [value], [wanted[type]], type);
    const nothing = aggregateTokens(type, losses, tf.zeros([2, 3]));
    t.equal(nothing.dataSync()[0], 0, `${type} of nothing`);
  }
  t.end();
});
