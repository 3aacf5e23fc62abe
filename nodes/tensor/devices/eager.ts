/**
 * Runs step functions eagerly, operation by operation, on a TensorFlow.js backend that computes. Every tensor that a
 * step makes is freed when it ends; only the state survives, owned by its `State`.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { Device, DeviceName, HostTensor, HostTensors, State, StepFunction } from '../device.js';
import { assertHostTensor, bool, float32, int32 } from '../host-tensor.js';
import { tf, withBackend } from '../tf.js';
import { JoinedState } from './joined-state.js';
import { makeScatterPure } from './pure-scatter.js';

/** `backend` is a registered TensorFlow.js backend that initialises synchronously, or has done so already. */
export function createEagerDevice(name: DeviceName, backend: string): Device {
  if (backend === 'cpu') makeScatterPure();
  const states = new Set<EagerState>();
  return {
    name,
    createState(values) {
      const state = new EagerState(backend, () => states.delete(state));
      states.add(state);
      state.write(values);
      return state;
    },
    joinStates: (parts) => new JoinedEagerState(parts.map((part) => ownState(backend, 'A join', part))),
    program: (label, step) => ({
      run: async (state, inputs) => runStep(backend, label, step, state, inputs),
      dispose: async () => {},
    }),
    async dispose() {
      for (const state of [...states]) state.dispose();
    },
  };
}

/** What a program needs of a state, whether it is whole or joined of others. */
interface EagerEntries extends State {
  readonly backend: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  has(name: string): boolean;
  /** Takes over a tensor that no scope owns. */
  replace(name: string, tensor: Tensor): void;
}

class JoinedEagerState extends JoinedState<EagerEntries> implements EagerEntries {
  get backend(): string {
    return this.parts[0]!.backend;
  }

  get tensors(): ReadonlyMap<string, Tensor> {
    return new Map(this.parts.flatMap(({ tensors }) => [...tensors]));
  }

  replace(name: string, tensor: Tensor): void {
    this.owner(name).replace(name, tensor);
  }
}

class EagerState implements EagerEntries {
  readonly tensors = new Map<string, Tensor>();

  constructor(
    readonly backend: string,
    private readonly onDispose: () => void,
  ) {}

  get names(): readonly string[] {
    return [...this.tensors.keys()];
  }

  async read(names: readonly string[] = this.names): Promise<Record<string, HostTensor>> {
    return Object.fromEntries(
      names.map((name) => {
        const tensor = this.tensors.get(name);
        if (!tensor) throw new Error(`The state has no entry '${name}'.`);
        return [name, download(tensor)];
      }),
    );
  }

  write(values: HostTensors): void {
    withBackend(this.backend, () => {
      for (const [name, value] of Object.entries(values)) this.replace(name, tf.keep(upload(name, value)));
    });
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  replace(name: string, tensor: Tensor): void {
    this.tensors.get(name)?.dispose();
    this.tensors.set(name, tensor);
  }

  dispose(): void {
    for (const tensor of this.tensors.values()) tensor.dispose();
    this.tensors.clear();
    this.onDispose();
  }
}

function runStep(
  backend: string,
  label: string,
  step: StepFunction,
  given: State,
  inputs: HostTensors,
): Record<string, HostTensor> {
  const state = ownState(backend, `Program '${label}'`, given);
  return withBackend(backend, () => {
    const next: [string, Tensor][] = [];
    const outputs: Record<string, HostTensor> = {};
    tf.tidy(() => {
      const uploaded = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, upload(name, value)]));
      const result = step(Object.fromEntries(state.tensors), uploaded);
      for (const [name, tensor] of Object.entries(result.outputs)) outputs[name] = download(tensor);
      // A clone shares the values but has an owner of its own, so that a step may return an argument as it came.
      for (const [name, tensor] of Object.entries(result.state ?? {})) next.push([name, tf.keep(tf.clone(tensor))]);
    });
    for (const [name, tensor] of next) state.replace(name, tensor);
    return outputs;
  });
}

function ownState(backend: string, user: string, state: State): EagerEntries {
  const eager = state instanceof EagerState || state instanceof JoinedEagerState;
  if (eager && state.backend === backend) return state;
  throw new Error(`${user} was given a state of another device.`);
}

function upload(name: string, value: HostTensor): Tensor {
  assertHostTensor(name, value);
  // The plain JavaScript backend keeps the array it is given, and the caller may go on writing to it.
  return tf.tensor(value.data.slice(), [...value.shape], value.dtype);
}

function download(tensor: Tensor): HostTensor {
  const { dtype, shape } = tensor;
  const values = tensor.dataSync();
  // The plain JavaScript backend sometimes holds numbers of one dtype in an array of another, or in a plain one.
  switch (dtype) {
    case 'float32':
      return float32([...shape], Float32Array.from(values));
    case 'int32':
      return int32([...shape], Int32Array.from(values));
    case 'bool':
      return bool([...shape], Uint8Array.from(values));
    default:
      throw new Error(`No host tensor has dtype ${dtype}.`);
  }
}
