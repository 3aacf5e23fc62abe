/**
 * Model FLOPs utilisation (MFU; Chowdhery et al. 2022, PaLM, appendix B): the floating-point operations that a step
 * owes to its tokens, as a part of those that the device makes in bare matrix products.
 */
import type { Device, HostTensors } from '../tensor/device.js';
import { float32, sizeOf } from '../tensor/host-tensor.js';
import { tf } from '../tensor/tf.js';
import type { Learner } from './learner.js';

/**
 * FLOPs a token, forward and backward: 6 for each number in a matrix that learns, 4 in one that only passes gradients on.
 * Every matrix counts, embeddings too, as in nanoGPT; what attention computes between tokens does not.
 */
export function trainingFlopsPerToken({ parameters, trainable }: Pick<Learner, 'parameters' | 'trainable'>): number {
  const learns = new Set(trainable);
  return Object.entries(parameters)
    .filter(([, { shape }]) => shape.length >= 2)
    .reduce((sum, [name, { shape }]) => sum + sizeOf(shape) * (learns.has(name) ? 6 : 4), 0);
}

const width = 1024;
const productsPerRun = 4;
/** Others may have had the CPUs during most of them. */
const runs = 10;

/**
 * The device's rate in products of square matrices of width 1024, in FLOP/s: the best of a few runs, about a second
 * in all on one CPU core. `undefined` on the reference device, whose rate means nothing.
 */
export async function measureMatmulRate(device: Device): Promise<number | undefined> {
  if (device.name === 'reference') return undefined;
  const matrix = (scale: number): HostTensors[string] =>
    float32(
      [width, width],
      Float32Array.from({ length: width ** 2 }, (_, i) => ((i * scale) % 7) / 7 / width),
    );
  const state = device.createState({ left: matrix(3), right: matrix(5) });
  const program = device.program('matmul rate', ({ left, right }) => {
    let product = left!;
    for (let index = 0; index < productsPerRun; index++) product = tf.matMul(product, right!);
    return { outputs: { sum: tf.sum(product) } };
  });
  try {
    await program.run(state, {});
    let bestMs = Number.POSITIVE_INFINITY;
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      await program.run(state, {});
      bestMs = Math.min(bestMs, performance.now() - start);
    }
    return (productsPerRun * 2 * width ** 3) / (bestMs / 1000);
  } finally {
    await program.dispose();
    state.dispose();
  }
}
