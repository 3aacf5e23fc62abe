/** A small training step with everything in it that a language model's has. */
import type { Tensor } from '@tensorflow/tfjs';
import type { HostTensor, HostTensors, StepFunction, Tensors } from '../../../nodes/tensor/device.js';
import { float32, int32 } from '../../../nodes/tensor/host-tensor.js';
import { createRandom } from '../../../nodes/tensor/random.js';
import { tf } from '../../../nodes/tensor/tf.js';

const vocab = 19;
const width = 8;
const heads = 2;
export const batch = 3;
export const time = 5;

const shapes: Readonly<Record<string, readonly number[]>> = {
  embedding: [vocab, width],
  query: [width, width],
  key: [width, width],
  value: [width, width],
  output: [width, width],
  norm: [width],
  up: [2 * width, width],
  down: [width, 2 * width],
};
const names = Object.keys(shapes);

export function initialState(): HostTensors {
  const state: Record<string, HostTensor> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const weights = float32(shape);
    createRandom(5, name).fillNormal(weights.data, 0.4);
    state[name] = weights;
    state[`m.${name}`] = float32(shape);
    state[`v.${name}`] = float32(shape);
  }
  return state;
}

export function tokens(step: number): HostTensors {
  const random = createRandom(6, 'tokens', step);
  const ids = Int32Array.from({ length: batch * time }, (_, i) => random.uint32(i) % vocab);
  return { ids: int32([batch, time], ids), rate: float32([], [0.01 / (1 + step)]) };
}

function loss(weights: Tensors, ids: Tensor): Tensor {
  const rms = (x: Tensor) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5))), weights.norm!);
  const split = (x: Tensor) => tf.transpose(tf.reshape(x, [batch, time, heads, width / heads]), [0, 2, 1, 3]);
  const x = tf.reshape(tf.gather(weights.embedding!, ids), [batch * time, width]);
  const normed = rms(x);
  const [q, k, v] = ['query', 'key', 'value'].map((name) => split(tf.matMul(normed, weights[name]!, false, true)));
  const mask = tf.linalg.bandPart(tf.ones([time, time]), -1, 0);
  const scores = tf.where(tf.cast(mask, 'bool'), tf.mul(tf.matMul(q!, k!, false, true), 0.5), -1e9);
  const mixed = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v!), [0, 2, 1, 3]), [batch * time, width]);
  const attended = tf.add(x, tf.matMul(mixed, weights.output!, false, true));
  const up = tf.matMul(rms(attended), weights.up!, false, true);
  const out = tf.add(attended, tf.matMul(tf.mul(up, tf.sigmoid(up)), weights.down!, false, true));
  const logits = tf.matMul(rms(out), weights.embedding!, false, true);
  const targets = tf.reshape(ids, [-1]);
  const chosen = tf.sum(tf.mul(logits, tf.oneHot(targets, vocab)), -1);
  return tf.mean(tf.sub(tf.logSumExp(logits, -1), chosen));
}

/** Forward, backward, clipping by the global norm (left out where `clip` is false), AdamW. */
export const trainingStep =
  (clip = true): StepFunction =>
  (state, inputs) => {
    const objective = (...values: Tensor[]) =>
      loss(Object.fromEntries(names.map((name, i) => [name, values[i]!])), inputs.ids!) as ReturnType<typeof tf.scalar>;
    const { value, grads } = tf.valueAndGrads(objective)(names.map((name) => state[name]!));
    const norm = tf.sqrt(tf.addN(grads.map((grad) => tf.sum(tf.square(grad)))));
    const scale = tf.minimum(tf.div(1, tf.add(norm, 1e-6)), 1);
    const next: Record<string, Tensor> = {};
    names.forEach((name, i) => {
      const grad = clip ? tf.mul(grads[i]!, scale) : grads[i]!;
      const m = tf.add(tf.mul(state[`m.${name}`]!, 0.9), tf.mul(grad, 0.1));
      const v = tf.add(tf.mul(state[`v.${name}`]!, 0.99), tf.mul(tf.square(grad), 0.01));
      const update = tf.mul(tf.div(m, tf.add(tf.sqrt(v), 1e-6)), inputs.rate!);
      next[`m.${name}`] = m;
      next[`v.${name}`] = v;
      next[name] = tf.sub(tf.mul(state[name]!, 0.999), update);
    });
    return { state: next, outputs: { loss: value, norm } };
  };
