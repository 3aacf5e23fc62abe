/** Makes one update after another: in one program where a batch is all of an update, else summing gradients first. */
import type { Optimizer } from '../optim/transform.js';
import type { Device, HostTensor, HostTensors, State } from '../tensor/device.js';
import { float32 } from '../tensor/host-tensor.js';
import type { Batch } from './batches.js';
import { finiteReadings } from './finite.js';
import type { BatchPlace, Learner, Readings } from './learner.js';
import { accumulationStep, gradientSum, trainingStep, windowUpdateStep } from './step.js';

export interface Work {
  readonly window: readonly Batch[];
  /** Updates made before. */
  readonly step: number;
  /** The optimiser's. */
  readonly scalars: HostTensors;
}

export interface Updater {
  /** Entries that it needs in the state besides weights and optimiser state. They hold nothing between two updates. */
  readonly entries: HostTensors;
  /**
   * One update: `loss`, the loss's readings and the optimiser's, each the mean over all that the batches of the update
   * count. `undefined` when the signal was heard between two batches: then the weights are still those from before.
   * Throws `Failure` `loss-not-finite`.
   */
  update(state: State, work: Work, signal: AbortSignal): Promise<Readings | undefined>;
  dispose(): Promise<void>;
}

/** `windowSize` is the number of batches of an update; a window may have fewer. */
export function createUpdater(device: Device, learner: Learner, optimizer: Optimizer, windowSize: number): Updater {
  return windowSize === 1
    ? singleBatchUpdater(device, learner, optimizer)
    : accumulatingUpdater(device, learner, optimizer);
}

function singleBatchUpdater(device: Device, learner: Learner, optimizer: Optimizer): Updater {
  const program = device.program('training step', trainingStep(learner, optimizer));
  const { summarise = unchanged } = learner;
  return {
    entries: {},
    async update(state, { window, step, scalars }) {
      const inputs = { ...inputsOf(learner, window[0]!, { step, index: 0 }), ...scalars };
      return summarise(finiteReadings(numbers(await program.run(state, inputs)), step + 1));
    },
    dispose: async () => program.dispose(),
  };
}

function accumulatingUpdater(device: Device, learner: Learner, optimizer: Optimizer): Updater {
  const { trainable, parameters, summarise = unchanged } = learner;
  const accumulate = device.program('accumulation step', accumulationStep(learner));
  const finish = device.program('window update', windowUpdateStep(trainable, optimizer));
  return {
    entries: Object.fromEntries(trainable.map((name) => [gradientSum(name), float32(parameters[name]!.shape)])),
    async update(state, { window, step, scalars }, signal) {
      const sums: Record<string, number> = {};
      for (const [index, batch] of window.entries()) {
        if (index > 0 && signal.aborted) return undefined;
        const inputs = inputsOf(learner, batch, { step, index });
        const carry = float32([], [index === 0 ? 0 : 1]);
        const outputs = numbers(await accumulate.run(state, { ...inputs, 'window.carry': carry }));
        for (const [name, value] of Object.entries(outputs)) sums[name] = (sums[name] ?? 0) + value;
      }
      const { count, ...totals } = sums;
      const readings = numbers(await finish.run(state, { ...scalars, 'window.count': float32([], [count!]) }));
      const means = Object.entries(totals).map(([name, total]) => [name, total / count!]);
      return summarise(finiteReadings({ ...Object.fromEntries(means), ...readings }, step + 1));
    },
    async dispose() {
      await accumulate.dispose();
      await finish.dispose();
    },
  };
}

export const unchanged = (readings: Readings): Readings => readings;

function inputsOf(learner: Learner, batch: Batch, place: BatchPlace): HostTensors {
  return { ...batch.inputs, ...learner.trainingInputs?.(batch, place) };
}

function numbers(tensors: Readonly<Record<string, HostTensor>>): Record<string, number> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data[0]!]));
}
