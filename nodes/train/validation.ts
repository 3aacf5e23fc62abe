import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure } from '../../engine/failure.js';
import type { Device, State } from '../tensor/device.js';
import type { Batches } from './batches.js';
import type { LossFunction } from './learner.js';
import { validationStep } from './step.js';
import type { Readings } from './updater.js';

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

export function createValidator(device: Device, loss: LossFunction, batches: Batches): Validator {
  const program = device.program('validation step', validationStep(loss));
  return {
    async evaluate(state, signal) {
      const sums: Record<string, number> = {};
      let count = 0;
      for (const batch of batches.epoch(0)) {
        await nextTurn();
        if (signal.aborted) return undefined;
        const outputs = await program.run(state, batch.inputs);
        for (const [name, { data }] of Object.entries(outputs)) sums[name] = (sums[name] ?? 0) + data[0]!;
        count += batch.count;
      }
      if (!Number.isFinite(sums.loss)) throw notFinite(sums.loss! / count);
      return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [`eval_${name}`, sum / count]));
    },
    async readings(state) {
      for (const batch of batches.epoch(0)) {
        return Object.keys(await program.run(state, batch.inputs)).map((name) => `eval_${name}`);
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
