/** What of a state is the result of training: the weights that learn, or their averages. */
import { averageOf } from '../optim/average.js';
import type { HostTensors, State } from '../tensor/device.js';
import type { Learner, LossFunction } from './learner.js';

export interface Result {
  /** Entries of the state that it needs besides weights and optimiser state. */
  readonly entries: HostTensors;
  /** The learner's loss with the weights of the result. */
  readonly loss: LossFunction;
  /** Copies out the weights of the result, under the learner's names. */
  read(state: State): Promise<HostTensors>;
}

export function resultOf(learner: Learner, averages: boolean): Result {
  const { trainable, parameters, loss } = learner;
  if (!averages) return { entries: {}, loss, read: async (state) => state.read(trainable) };
  const renamed = <Value>(values: Readonly<Record<string, Value>>) =>
    Object.fromEntries(trainable.map((name) => [name, values[averageOf(name)]!]));
  return {
    entries: Object.fromEntries(trainable.map((name) => [averageOf(name), parameters[name]!])),
    loss: (state, inputs) => loss({ ...state, ...renamed(state) }, inputs),
    read: async (state) => renamed(await state.read(trainable.map(averageOf))),
  };
}
