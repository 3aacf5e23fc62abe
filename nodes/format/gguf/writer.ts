/** GGUF files, written: version 3, tensor by tensor, so that a file may be larger than memory. */
import { open } from 'node:fs/promises';
import { Failure } from '../../../engine/failure.js';
import { sizeOf } from '../../tensor/host-tensor.js';
import type { TensorSource } from '../safetensors-writer.js';
import { overflows, quantise, type WritableType } from './quantise.js';
import { tensorTypes, typeNumber } from './tensor-types.js';

/** A value with the type that readers of the format expect of its key. */
export type TypedValue =
  | { readonly type: 'uint32' | 'int32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'int32s' | 'float32s'; readonly value: readonly number[] };

export interface GgufTensorSource extends TensorSource {
  readonly type: WritableType;
}

const alignment = 32;

/** Writes keys and tensors in the order given. Throws `Failure` `float-overflow`. */
export async function writeGguf(
  path: string,
  metadata: Readonly<Record<string, TypedValue>>,
  tensors: Readonly<Record<string, GgufTensorSource>>,
): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(padded(headerOf(metadata, tensors)));
    for (const [name, source] of Object.entries(tensors)) {
      const { data } = await source.read();
      const bytes = quantise(source.type, data as Float32Array);
      if (overflows(source.type, bytes)) {
        throw new Failure(
          'float-overflow',
          `${name} holds numbers that ${source.type} cannot hold: NaN, infinite, or beyond 65504.`,
          'Write F32 instead.',
        );
      }
      await file.writeFile(padded(bytes));
    }
  } finally {
    await file.close();
  }
}

function headerOf(
  metadata: Readonly<Record<string, TypedValue>>,
  tensors: Readonly<Record<string, GgufTensorSource>>,
): Buffer {
  const entries = Object.entries(tensors);
  const values = Object.entries(metadata);
  const parts = [Buffer.from('GGUF'), uint32(3), uint64(entries.length), uint64(values.length)];
  for (const [key, value] of values) parts.push(string(key), typed(value));
  let offset = 0;
  for (const [name, { shape, type }] of entries) {
    const { blockSize, blockBytes } = tensorTypes.get(typeNumber(type))!;
    const sizes = [...shape].reverse().map(uint64);
    parts.push(string(name), uint32(shape.length), ...sizes, uint32(typeNumber(type)), uint64(offset));
    offset += Math.ceil(((sizeOf(shape) / blockSize) * blockBytes) / alignment) * alignment;
  }
  return Buffer.concat(parts);
}

function typed(value: TypedValue): Buffer {
  switch (value.type) {
    case 'uint32':
      return Buffer.concat([uint32(4), uint32(value.value)]);
    case 'int32':
      return Buffer.concat([uint32(5), numbers(new Int32Array([value.value]))]);
    case 'float32':
      return Buffer.concat([uint32(6), numbers(new Float32Array([value.value]))]);
    case 'bool':
      return Buffer.concat([uint32(7), Buffer.from([value.value ? 1 : 0])]);
    case 'string':
      return Buffer.concat([uint32(8), string(value.value)]);
    case 'strings':
      return Buffer.concat([uint32(9), uint32(8), uint64(value.value.length), ...value.value.map(string)]);
    case 'int32s':
      return Buffer.concat([uint32(9), uint32(5), uint64(value.value.length), numbers(Int32Array.from(value.value))]);
    case 'float32s':
      return Buffer.concat([uint32(9), uint32(6), uint64(value.value.length), numbers(Float32Array.from(value.value))]);
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function numbers(values: Int32Array | Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function padded(bytes: Uint8Array): Uint8Array {
  const rest = bytes.length % alignment;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(alignment - rest)]);
}
