/**
 * A device runs step functions: plain TensorFlow.js functions from tensors to tensors, written once. How it runs them
 * (compiled by ONNX Runtime, or eagerly) is its own business.
 */
import type { Tensor } from '@tensorflow/tfjs';

export const deviceNames = ['tensorflow', 'onnx-cuda', 'onnx-webgpu', 'onnx-cpu', 'reference'] as const;
export type DeviceName = (typeof deviceNames)[number];

/** A tensor in the memory of this process. `bool` is held as 0 or 1 in a `Uint8Array`. */
export type HostTensor =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly dtype: 'bool'; readonly shape: readonly number[]; readonly data: Uint8Array };

export type Tensors = Readonly<Record<string, Tensor>>;
export type HostTensors = Readonly<Record<string, HostTensor>>;

/**
 * One step. It must be pure: no reading of a tensor's values, no random ops, no dependence on anything but the shapes
 * and dtypes of its arguments and on constants closed over.
 * `state` returns the new values of those entries that change; entries it leaves out keep their value.
 */
export type StepFunction = (state: Tensors, inputs: Tensors) => { readonly state?: Tensors; readonly outputs: Tensors };

/** Named tensors that live on a device: weights, optimiser state, KV caches. */
export interface State {
  readonly names: readonly string[];
  /** Copies out the named entries, or all. */
  read(names?: readonly string[]): Promise<Record<string, HostTensor>>;
  /** Adds or replaces entries. */
  write(values: HostTensors): void;
  dispose(): void;
}

/** A step function made ready for a device; compiled once for each structure and shape that it meets. */
export interface Program {
  /** Runs one step: updates `state` in place, returns the outputs. Calls must not overlap. */
  run(state: State, inputs: HostTensors): Promise<Record<string, HostTensor>>;
  dispose(): Promise<void>;
}

export interface Device {
  readonly name: DeviceName;
  createState(values: HostTensors): State;
  /**
   * Several states of this device seen as one, without a copy: what changes on either side is seen on the other. So a
   * generator reads the weights that a trainer updates. No name may be in two of them; an entry that is new goes to the
   * last. Disposing it frees nothing: the parts belong to those who made them.
   */
  joinStates(parts: readonly State[]): State;
  /** `label` names the program in errors and profiles. */
  program(label: string, step: StepFunction): Program;
  dispose(): Promise<void>;
}

export interface DeviceOptions {
  /** CPU threads; where the device has none to set it is ignored. */
  readonly threads: number;
  /** Is told what makes a run slow. */
  readonly warn?: ((message: string) => void) | undefined;
}
