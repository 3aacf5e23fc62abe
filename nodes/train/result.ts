/** What of a state is the result of training: the weights that learn, or their averages. */
import { averageOf } from '../optim/average.js';
import type { HostTensors, State, Tensors } from '../tensor/device.js';
import type { Learner, LossFunction } from './learner.js';

export interface Result {
  /** Entries of the state that it needs besides weights and optimiser state. */
  readonly entries: HostTensors;
  /** The learner's loss with the weights of the result. */
  readonly loss: LossFunction;
  /** The state as its weights were those of the result. */
  view(state: Tensors): Tensors;
  /** Copies out the weights of the result, under the learner's names. */
  read(state: State): Promise<HostTensors>;
}

export function resultOf(learner: Learner, averages: boolean): Result {
  const { trainable, parameters, loss } = learner;
  if (!averages) return { entries: {}, loss, view: (state) => state, read: async (state) => state.read(trainable) };
  const renamed = <Value>(values: Readonly<Record<string, Value>>) =>
    Object.fromEntries(trainable.map((name) => [name, values[averageOf(name)]!]));
  const view = (state: Tensors): Tensors => ({ ...state, ...renamed(state) });
  return {
    entries: Object.fromEntries(trainable.map((name) => [averageOf(name), parameters[name]!])),
    loss: (state, inputs) => loss(view(state), inputs),
    view,
    read: async (state) => renamed(await state.read(trainable.map(averageOf))),
  };
}
