import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure } from '../../engine/failure.js';
import type { Device, State } from '../tensor/device.js';
import type { Batch, Batches } from './batches.js';
import type { Learner, Readings } from './learner.js';
import { validationStep } from './step.js';
import { unchanged } from './updater.js';

/** Evaluates weights again and again on the same batches, with the programs that it compiled. */
export interface Validator {
  /**
   * Means of the loss and of its readings over all that the batches count, as `eval_loss` and so on; `undefined` when the
   * signal was heard. The state holds the weights and stays as it is. Throws `Failure` `loss-not-finite`.
   */
  evaluate(state: State, signal: AbortSignal): Promise<Readings | undefined>;
  /** The names of what `evaluate` reads, from one batch. */
  readings(state: State): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

export function createValidator(
  device: Device,
  { loss, summarise = unchanged }: Pick<Learner, 'loss' | 'summarise'>,
  batches: Batches,
): Validator {
  const program = device.program('validation step', validationStep(loss));
  const sum = async (state: State, batch: Batch, sums: Record<string, number>) => {
    const outputs = await program.run(state, batch.inputs);
    for (const [name, { data }] of Object.entries(outputs)) sums[name] = (sums[name] ?? 0) + data[0]!;
  };
  const means = (sums: Readings, count: number): Readings => {
    const summary = summarise(Object.fromEntries(Object.entries(sums).map(([name, total]) => [name, total / count])));
    return Object.fromEntries(Object.entries(summary).map(([name, mean]) => [`eval_${name}`, mean]));
  };
  return {
    async evaluate(state, signal) {
      const sums: Record<string, number> = {};
      let count = 0;
      for (const batch of batches.epoch(0)) {
        await nextTurn();
        if (signal.aborted) return undefined;
        await sum(state, batch, sums);
        count += batch.count;
      }
      if (!Number.isFinite(sums.loss)) throw notFinite(sums.loss! / count);
      return means(sums, count);
    },
    async readings(state) {
      for (const batch of batches.epoch(0)) {
        const sums: Record<string, number> = {};
        await sum(state, batch, sums);
        return Object.keys(means(sums, batch.count));
      }
      return [];
    },
    dispose: async () => program.dispose(),
  };
}

function notFinite(loss: number): Failure {
  return new Failure(
    'loss-not-finite',
    `The loss over the validation set is ${loss}.`,
    'Lower learning_rate, or look for rows of the validation set that the model cannot read.',
  );
}
