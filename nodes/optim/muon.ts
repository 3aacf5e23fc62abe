/**
 * Muon (Jordan et al. 2024): the momentum of a matrix, brought near the closest orthogonal one by Newton–Schulz steps.
 * For the matrices inside a network; embeddings, output weights and vectors want another optimiser beside it.
 */
import type { Tensor } from '@tensorflow/tfjs';
import { float32 } from '../tensor/host-tensor.js';
import { tf } from '../tensor/tf.js';
import type { Optimizer } from './transform.js';

export interface MuonOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

const momentumOf = (name: string) => `muon.m.${name}`;

/** Coefficients of the quintic iteration, steps, and least norm, as in `torch.optim.Muon`. */
const [a, b, c] = [3.4445, -4.775, 2.0315];
const steps = 5;
const leastNorm = 1e-7;

/**
 * With m ← μm + g and u = g + μm, or m without Nesterov: p ← p(1 − ηλ) − 0.2 η √max(rows, columns) · orthogonal(u).
 * The factor gives updates the size of AdamW's, so that its learning rates and decays serve (Liu et al. 2025, "Muon is
 * Scalable for LLM Training"; `adjust_lr_fn="match_rms_adamw"` in PyTorch).
 */
export function muon({ momentum, nesterov, weightDecay }: MuonOptions): Optimizer {
  return {
    init: (shapes) =>
      Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [momentumOf(name), float32(shape)])),
    scalars: ({ learningRate }) => ({
      'muon.rate': float32([], [learningRate]),
      'muon.keep': float32([], [1 - learningRate * weightDecay]),
    }),
    update(gradients, state, scalars, parameters) {
      const nextState: Record<string, Tensor> = {};
      const nextParameters: Record<string, Tensor> = {};
      for (const [name, gradient] of Object.entries(gradients)) {
        const m = tf.add(tf.mul(state[momentumOf(name)]!, momentum), gradient);
        const direction = nesterov ? tf.add(gradient, tf.mul(m, momentum)) : m;
        const size = 0.2 * Math.sqrt(Math.max(...gradient.shape));
        const update = tf.mul(orthogonalised(direction), tf.mul(scalars['muon.rate']!, size));
        const parameter = parameters[name]!;
        const shrunk = weightDecay === 0 ? parameter : tf.mul(parameter, scalars['muon.keep']!);
        nextState[momentumOf(name)] = m;
        nextParameters[name] = tf.sub(shrunk, update);
      }
      return { parameters: nextParameters, state: nextState, readings: {} };
    },
  };
}

/**
 * A matrix with the singular vectors of `matrix` and singular values near 1, between about 0.7 and 1.2: five steps of
 * X ← aX + (bA + cA²)X with A = XXᵀ, from X of norm 1. A tall matrix is multiplied from the other side, where A is small.
 */
function orthogonalised(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const tall = rows > columns;
  const norm = tf.sqrt(tf.sum(tf.square(matrix)));
  let x = tf.div(matrix, tf.maximum(norm, leastNorm)) as Tensor;
  for (let step = 0; step < steps; step++) {
    const gram = tf.matMul(x, x, tall, !tall);
    const polynomial = tf.add(tf.mul(gram, b), tf.mul(tf.matMul(gram, gram), c));
    x = tf.add(tf.mul(x, a), tall ? tf.matMul(x, polynomial) : tf.matMul(polynomial, x));
  }
  return x;
}
