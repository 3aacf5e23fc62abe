/**
 * Adafactor (Shazeer & Stern 2018) without momentum and with a learning rate of its own, as Transformers' trainer sets
 * it up: `scale_parameter=False, relative_step=False`. Of a matrix's second moments it keeps the means of rows and of
 * columns alone, so its state is a thousandth of Adam's.
 */
import type { Tensor } from '@tensorflow/tfjs';
import { float32 } from '../tensor/host-tensor.js';
import { tf } from '../tensor/tf.js';
import type { Optimizer } from './transform.js';

export interface AdafactorOptions {
  /** Applied to tensors of rank ≥ 2 only. */
  readonly weightDecay: number;
}

const rowsOf = (name: string) => `adafactor.rows.${name}`;
const columnsOf = (name: string) => `adafactor.columns.${name}`;
const squaresOf = (name: string) => `adafactor.squares.${name}`;

/** ε₁, added to the squares; d, the most that an update's root mean square may be; the exponent of β₂'s rise to 1. */
const epsilon = 1e-30;
const clipThreshold = 1;
const decayRate = -0.8;

/**
 * With β₂ = 1 − t^−0.8 and R, C the running means of g² + ε₁ over the columns and over the rows:
 * u = g / √(R C / mean R), or g / √V where the tensor is no matrix; p ← p(1 − ηλ) − η u / max(1, rms(u) / d).
 */
export function adafactor({ weightDecay }: AdafactorOptions): Optimizer {
  return {
    init: (shapes) =>
      Object.fromEntries(
        Object.entries(shapes).flatMap(([name, shape]) =>
          shape.length < 2
            ? [[squaresOf(name), float32(shape)]]
            : [
                [rowsOf(name), float32(shape.slice(0, -1))],
                [columnsOf(name), float32([...shape.slice(0, -2), ...shape.slice(-1)])],
              ],
        ),
      ),
    scalars({ step, learningRate }) {
      const taken = step ** decayRate;
      return {
        'adafactor.kept': float32([], [1 - taken]),
        'adafactor.taken': float32([], [taken]),
        'adafactor.rate': float32([], [learningRate]),
        'adafactor.keep': float32([], [1 - learningRate * weightDecay]),
      };
    },
    update(gradients, state, scalars, parameters) {
      const nextState: Record<string, Tensor> = {};
      const nextParameters: Record<string, Tensor> = {};
      const running = (name: string, now: Tensor) => {
        const kept = tf.mul(state[name]!, scalars['adafactor.kept']!);
        nextState[name] = tf.add(kept, tf.mul(tf.add(now, epsilon), scalars['adafactor.taken']!));
        return nextState[name];
      };
      for (const [name, gradient] of Object.entries(gradients)) {
        const squares = tf.square(gradient);
        let scaled: Tensor;
        if (gradient.rank < 2) scaled = tf.mul(gradient, tf.rsqrt(running(squaresOf(name), squares)));
        else {
          const rows = running(rowsOf(name), tf.mean(squares, -1));
          const columns = running(columnsOf(name), tf.mean(squares, -2));
          const rowFactor = tf.rsqrt(tf.div(rows, tf.mean(rows, -1, true)));
          const byRow = tf.mul(gradient, tf.expandDims(rowFactor, -1));
          scaled = tf.mul(byRow, tf.expandDims(tf.rsqrt(columns), -2));
        }
        const rms = tf.sqrt(tf.mean(tf.square(scaled)));
        const size = tf.div(scalars['adafactor.rate']!, tf.maximum(tf.div(rms, clipThreshold), 1));
        const parameter = parameters[name]!;
        const decays = weightDecay !== 0 && parameter.rank >= 2;
        const shrunk = decays ? tf.mul(parameter, scalars['adafactor.keep']!) : parameter;
        nextParameters[name] = tf.sub(shrunk, tf.mul(scaled, size));
      }
      return { parameters: nextParameters, state: nextState, readings: {} };
    },
  };
}
