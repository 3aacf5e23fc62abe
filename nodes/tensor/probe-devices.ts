/** What each device would do here, and why not: for `lapidary doctor`. */
import { Failure } from '../../engine/failure.js';
import type { Device, DeviceName, HostTensor, StepFunction } from './device.js';
import { deviceNames } from './device.js';
import { float32, int32 } from './host-tensor.js';
import { openDevice } from './open-device.js';
import { createRandom } from './random.js';
import { tf } from './tf.js';

export interface DeviceReport {
  readonly name: DeviceName;
  readonly available: boolean;
  /** What was found; for a device that is not available, what is missing. */
  readonly reason: string;
}

/** Relative to 1 or to the value, whichever is greater. */
const tolerance = 1e-4;
const steps = 3;

/** Runs three small training steps on every device that opens, and compares the weights with the reference's. */
export async function probeDevices(threads = 1): Promise<DeviceReport[]> {
  const reference = await openDevice('reference', { threads });
  const expected = await train(reference);
  await reference.dispose();
  const reports: DeviceReport[] = [];
  for (const name of deviceNames) reports.push(await probe(name, threads, expected));
  return reports;
}

async function probe(name: DeviceName, threads: number, expected: HostTensor): Promise<DeviceReport> {
  let device: Device | undefined;
  try {
    device = await openDevice(name, { threads });
    const start = performance.now();
    const error = largestError(await train(device), expected);
    const elapsed = Math.round(performance.now() - start);
    if (!(error <= tolerance)) {
      return { name, available: false, reason: `trains wrongly: weights differ from the reference by ${error}` };
    }
    return { name, available: true, reason: `${steps} training steps equal the reference (${elapsed} ms)` };
  } catch (error) {
    if (error instanceof Failure) {
      return {
        name,
        available: false,
        reason: [error.message, error.hint].filter(Boolean).join(' — ').replace(/\s+/g, ' '),
      };
    }
    return { name, available: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await device?.dispose();
  }
}

/** A look-up, two products, a softmax loss and its gradient: the parts that a language model is made of. */
const step: StepFunction = (state, inputs) => {
  const loss = (embedding: ReturnType<typeof tf.tensor>) => {
    const hidden = tf.tanh(tf.matMul(tf.gather(embedding, inputs.ids!), state.projection!));
    const logits = tf.matMul(hidden, embedding, false, true);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(inputs.targets!, 7)), -1))) as ReturnType<
      typeof tf.scalar
    >;
  };
  const { value, grad } = tf.valueAndGrad(loss)(state.embedding!);
  return { state: { embedding: tf.sub(state.embedding!, tf.mul(grad, 0.5)) }, outputs: { loss: value } };
};

async function train(device: Device): Promise<HostTensor> {
  const draw = (shape: readonly [number, number], purpose: string) => {
    const values = new Float32Array(shape[0] * shape[1]);
    createRandom(1, purpose).fillNormal(values, 0.5);
    return float32(shape, values);
  };
  const state = device.createState({ embedding: draw([7, 4], 'embedding'), projection: draw([4, 4], 'projection') });
  const program = device.program('probe', step);
  const ids = int32([6], [0, 3, 6, 3, 1, 3]);
  const targets = int32([6], [3, 6, 3, 1, 3, 0]);
  for (let i = 0; i < steps; i++) await program.run(state, { ids, targets });
  const { embedding } = await state.read(['embedding']);
  state.dispose();
  await program.dispose();
  return embedding!;
}

function largestError(actual: HostTensor, expected: HostTensor): number {
  let largest = 0;
  expected.data.forEach((wanted, i) => {
    const error = Math.abs(actual.data[i]! - wanted) / Math.max(1, Math.abs(wanted));
    // NaN compares false with everything, and is the largest error of all.
    if (!(error <= largest)) largest = error;
  });
  return largest;
}
