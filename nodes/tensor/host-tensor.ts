/** Helpers for tensors in the memory of this process. */
import type { HostTensor } from './device.js';

export type HostDtype = HostTensor['dtype'];
export type Float32Tensor = Extract<HostTensor, { dtype: 'float32' }>;
export type Int32Tensor = Extract<HostTensor, { dtype: 'int32' }>;
export type BoolTensor = Extract<HostTensor, { dtype: 'bool' }>;

/** How many elements a tensor of this shape has; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Bytes that the values take in memory. */
export function byteLength(tensor: HostTensor): number {
  return tensor.data.byteLength;
}

/** A float32 tensor; zeros when no data are given. A typed array is taken as it is, without a copy. */
export function float32(shape: readonly number[], data?: Float32Array | readonly number[]): Float32Tensor {
  const values = data instanceof Float32Array ? data : data ? Float32Array.from(data) : new Float32Array(sizeOf(shape));
  return { dtype: 'float32', shape, data: checked(shape, values) };
}

/** An int32 tensor; zeros when no data are given. A typed array is taken as it is, without a copy. */
export function int32(shape: readonly number[], data?: Int32Array | readonly number[]): Int32Tensor {
  const values = data instanceof Int32Array ? data : data ? Int32Array.from(data) : new Int32Array(sizeOf(shape));
  return { dtype: 'int32', shape, data: checked(shape, values) };
}

/** A bool tensor from bytes 0 and 1, or from booleans; all false when no data are given. */
export function bool(shape: readonly number[], data?: Uint8Array | readonly boolean[]): BoolTensor {
  const bytes =
    data instanceof Uint8Array ? data : data ? Uint8Array.from(data, Number) : new Uint8Array(sizeOf(shape));
  return { dtype: 'bool', shape, data: checked(shape, bytes) };
}

/** Makes a host tensor of a dtype that is known only at run time; the array must be of the dtype's kind. */
export function hostTensor(dtype: HostDtype, shape: readonly number[], data: HostTensor['data']): HostTensor {
  if (dtype === 'float32' && data instanceof Float32Array) return float32(shape, data);
  if (dtype === 'int32' && data instanceof Int32Array) return int32(shape, data);
  if (dtype === 'bool' && data instanceof Uint8Array) return bool(shape, data);
  throw new Error(`A ${dtype} tensor cannot hold a ${data.constructor.name}.`);
}

/** A copy that shares no memory with the original. */
export function copyTensor(tensor: HostTensor): HostTensor {
  return hostTensor(tensor.dtype, [...tensor.shape], tensor.data.slice());
}

/** Throws when the array's length is not what the shape says. */
export function assertHostTensor(name: string, tensor: HostTensor): void {
  const size = sizeOf(tensor.shape);
  if (tensor.data.length !== size) {
    throw new Error(
      `'${name}' has shape [${tensor.shape.join(', ')}], ${size} elements, but ${tensor.data.length} values.`,
    );
  }
}

function checked<T extends HostTensor['data']>(shape: readonly number[], data: T): T {
  if (data.length !== sizeOf(shape)) {
    throw new Error(`Shape [${shape.join(', ')}] has ${sizeOf(shape)} elements, but ${data.length} values were given.`);
  }
  return data;
}
