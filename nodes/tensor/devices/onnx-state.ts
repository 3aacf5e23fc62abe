/** Named tensors that ONNX Runtime reads and writes: in this process's memory, or in a GPU's. */
import type { Tensor as OrtTensor } from 'onnxruntime-node';
import type { HostTensor, HostTensors, State } from '../device.js';
import type { Value } from '../graph.js';
import { assertHostTensor, bool, float32, hostTensor, int32, sizeOf } from '../host-tensor.js';
import { ort } from '../onnx/runtime.js';
import type { TensorType, TensorTypes } from '../trace.js';
import { JoinedState } from './joined-state.js';

/** What a program needs of a state, whether it is whole or joined of others. */
export interface OnnxEntries extends State {
  has(name: string): boolean;
  /** The tensor itself: not a copy. */
  tensor(name: string): OrtTensor;
  /** A buffer like the entry's own, for its next value. */
  spare(name: string): OrtTensor;
  /** Exchanges the entry with its spare. */
  swap(name: string): void;
  /** Puts another tensor in the entry's place, of whatever type. */
  replace(name: string, tensor: OrtTensor): void;
  readonly types: TensorTypes;
  /** Names, dtypes and shapes as one string. */
  readonly signature: string;
}

export class JoinedOnnxState extends JoinedState<OnnxEntries> implements OnnxEntries {
  tensor(name: string): OrtTensor {
    return this.owner(name).tensor(name);
  }

  spare(name: string): OrtTensor {
    return this.owner(name).spare(name);
  }

  swap(name: string): void {
    this.owner(name).swap(name);
  }

  replace(name: string, tensor: OrtTensor): void {
    this.owner(name).replace(name, tensor);
  }

  get types(): TensorTypes {
    return Object.assign({}, ...this.parts.map(({ types }) => types));
  }

  get signature(): string {
    return this.parts.map(({ signature }) => signature).join('');
  }
}

export class OnnxState implements OnnxEntries {
  private readonly entries = new Map<string, OrtTensor>();
  /** The second buffers of entries that cannot be updated in place. */
  private readonly spares = new Map<string, OrtTensor>();
  private cachedTypes: TensorTypes | undefined;
  private cachedSignature: string | undefined;

  constructor(
    private readonly download: (tensor: OrtTensor) => Promise<OrtTensor>,
    private readonly onDispose: (state: OnnxState) => void,
  ) {}

  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  async read(names: readonly string[] = this.names): Promise<Record<string, HostTensor>> {
    const result: Record<string, HostTensor> = {};
    for (const name of names) {
      const tensor = this.tensor(name);
      result[name] = toHost(tensor.location === 'cpu' ? tensor : await this.download(tensor), true);
    }
    return result;
  }

  write(values: HostTensors): void {
    for (const [name, value] of Object.entries(values)) {
      assertHostTensor(name, value);
      const held = this.entries.get(name);
      if (held?.location === 'cpu' && sameType(typeOf(held), value)) (held.data as Float32Array).set(value.data);
      // The state writes to its memory, so it must be its own.
      else this.replace(name, toOrt({ ...value, data: value.data.slice() } as HostTensor));
    }
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  tensor(name: string): OrtTensor {
    const tensor = this.entries.get(name);
    if (!tensor) throw new Error(`The state has no entry '${name}'.`);
    return tensor;
  }

  spare(name: string): OrtTensor {
    const spare = this.spares.get(name) ?? emptyTensor(typeOf(this.tensor(name)));
    this.spares.set(name, spare);
    return spare;
  }

  swap(name: string): void {
    const old = this.tensor(name);
    this.entries.set(name, this.spare(name));
    this.spares.set(name, old);
  }

  replace(name: string, tensor: OrtTensor): void {
    const old = this.entries.get(name);
    if (!old || !sameType(typeOf(old), typeOf(tensor))) {
      this.cachedTypes = undefined;
      this.cachedSignature = undefined;
      this.spares.delete(name);
    }
    if (old && old.location !== 'cpu') old.dispose();
    this.entries.set(name, tensor);
  }

  get types(): TensorTypes {
    this.cachedTypes ??= Object.fromEntries([...this.entries].map(([name, tensor]) => [name, typeOf(tensor)]));
    return this.cachedTypes;
  }

  get signature(): string {
    this.cachedSignature ??= signatureOf(this.types);
    return this.cachedSignature;
  }

  dispose(): void {
    for (const tensor of this.entries.values()) if (tensor.location !== 'cpu') tensor.dispose();
    this.entries.clear();
    this.spares.clear();
    this.cachedTypes = undefined;
    this.cachedSignature = undefined;
    this.onDispose(this);
  }
}

export function signatureOf(types: TensorTypes): string {
  return JSON.stringify(Object.entries(types).map(([name, { dtype, shape }]) => [name, dtype, ...shape]));
}

export function toOrt(value: HostTensor): OrtTensor {
  switch (value.dtype) {
    case 'float32':
      return new ort.Tensor('float32', value.data, value.shape);
    case 'int32':
      return new ort.Tensor('int32', value.data, value.shape);
    case 'bool':
      return new ort.Tensor('bool', value.data, value.shape);
  }
}

/** The values of a tensor in this process's memory; a copy where the tensor will be written to again. */
export function toHost(tensor: OrtTensor, copy: boolean): HostTensor {
  const { dtype, shape } = typeOf(tensor);
  const data = tensor.data as HostTensor['data'];
  return hostTensor(dtype, shape, copy ? data.slice() : data);
}

function typeOf(tensor: OrtTensor): TensorType {
  const { type, dims } = tensor;
  if (type !== 'float32' && type !== 'int32' && type !== 'bool') throw new Error(`No host tensor has type ${type}.`);
  return { dtype: type, shape: dims };
}

function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && a.shape.length === b.shape.length && a.shape.every((n, axis) => n === b.shape[axis]);
}

/** Zeros of this type. */
export function emptyTensor({ dtype, shape }: Value): OrtTensor {
  switch (dtype) {
    case 'float32':
      return toOrt(float32(shape));
    case 'int32':
      return toOrt(int32(shape));
    case 'bool':
      return toOrt(bool(shape));
    case 'int64':
      return new ort.Tensor('int64', new BigInt64Array(sizeOf(shape)), shape);
  }
}
