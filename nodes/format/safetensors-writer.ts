/** The safetensors format, written: tensor by tensor, so that a file may be larger than memory. */
import { open } from 'node:fs/promises';
import { compareCodePoints } from '../../cache/code-point-order.js';
import { Failure } from '../../engine/failure.js';
import type { HostTensor, HostTensors } from '../tensor/device.js';
import { sizeOf } from '../tensor/host-tensor.js';
import { narrowBfloat16, narrowFloat16 } from './half-precision.js';
import type { FloatDtype } from './safetensors.js';

/** A float32 tensor that is fetched when it is written. */
export interface TensorSource {
  readonly shape: readonly number[];
  read(): Promise<HostTensor> | HostTensor;
}
export type TensorSources = Readonly<Record<string, TensorSource>>;

export interface WriteOptions {
  /** What the numbers are rounded to, to the nearest. Default: F32, as they are. */
  readonly dtype?: FloatDtype;
  /** Waits for the disk. */
  readonly sync?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

export const floatBytes: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Writes float32 tensors, sorted by name, so that equal tensors give equal bytes. */
export function writeSafetensors(path: string, tensors: HostTensors, options: WriteOptions = {}): Promise<void> {
  return writeSafetensorsFrom(path, sourcesOf(tensors), options);
}

export function sourcesOf(tensors: HostTensors): TensorSources {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, { shape: tensor.shape, read: () => tensor }]),
  );
}

/** As `writeSafetensors`, holding one tensor at a time. Throws `Failure` `float-overflow`. */
export async function writeSafetensorsFrom(path: string, tensors: TensorSources, options: WriteOptions = {}) {
  const { dtype = 'F32' } = options;
  const names = Object.keys(tensors).sort(compareCodePoints);
  const file = await open(path, 'w');
  try {
    await file.writeFile(headerOf(names, tensors, dtype, options.metadata ?? { format: 'pt' }));
    for (const name of names) {
      const tensor = await tensors[name]!.read();
      if (tensor.dtype !== 'float32') throw new TypeError(`${name} is ${tensor.dtype}; only float32 is written.`);
      await file.writeFile(toBytes(name, tensor.data, dtype));
    }
    if (options.sync) await file.sync();
  } finally {
    await file.close();
  }
}

function headerOf(
  names: readonly string[],
  tensors: TensorSources,
  dtype: FloatDtype,
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const header: Record<string, unknown> = Object.assign(Object.create(null), { __metadata__: metadata });
  let end = 0;
  for (const name of names) {
    const { shape } = tensors[name]!;
    const start = end;
    end += sizeOf(shape) * floatBytes[dtype];
    header[name] = { dtype, shape, data_offsets: [start, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  // Spaces up to a multiple of 8, so that every tensor is aligned in a mapped file.
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
}

function toBytes(name: string, data: Float32Array, dtype: FloatDtype): Uint8Array {
  const numbers = dtype === 'F32' ? data : dtype === 'F16' ? narrowFloat16(data) : narrowBfloat16(data);
  if (dtype === 'F16') refuseOverflow(name, data, numbers as Uint16Array);
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** A weight that float16 cannot hold would turn the model's answers into NaN later, and far from here. */
export function refuseOverflow(name: string, floats: Float32Array, halves: Uint16Array): void {
  const at = halves.findIndex((half, i) => (half & 0x7fff) === 0x7c00 && Number.isFinite(floats[i]));
  if (at === -1) return;
  throw new Failure(
    'float-overflow',
    `${name} holds ${floats[at]}, which is beyond the largest float16, 65504.`,
    'Write bfloat16 or float32 instead.',
  );
}
