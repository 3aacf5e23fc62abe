/**
 * The safetensors format, read: an 8-byte little-endian header length, a JSON header that gives each tensor's dtype,
 * shape and byte range, and the bytes. https://github.com/huggingface/safetensors#format
 */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { HostTensor } from '../tensor/device.js';
import { widenBfloat16, widenFloat16 } from './half-precision.js';

const bytesPerElement = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;
export type SafetensorsDtype = keyof typeof bytesPerElement;

/** Those that can be read: each widens to float32 without loss. */
export const floatDtypes = ['F32', 'F16', 'BF16'] as const satisfies readonly SafetensorsDtype[];
export type FloatDtype = (typeof floatDtypes)[number];

/** The reference implementation's limit: a larger length is a sign of a file that is something else. */
const maxHeaderBytes = 100_000_000;

export interface TensorEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Byte range in the file, half-open. */
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsFile {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads one tensor, widened to float32. Throws `Failure` for a name or a dtype that cannot be had. */
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}

/** Opens a file and checks its whole header; the tensors are read when asked for. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const shown = basename(path);
  const file = await open(path, 'r').catch((error: Error) => {
    throw new Failure('safetensors-unreadable', `${shown} cannot be read: ${error.message}`);
  });
  try {
    const fileBytes = (await file.stat()).size;
    const { header, dataStart } = await readHeader(file, fileBytes, shown);
    const { entries, metadata } = parseHeader(header, dataStart, fileBytes, shown);
    const read = async (name: string): Promise<HostTensor> => {
      const entry = entries.get(name);
      if (!entry) throw new Failure('tensor-not-found', `${shown} holds no tensor ${name}.`);
      return { dtype: 'float32', shape: entry.shape, data: await readFloats(file, entry, name, shown) };
    };
    return { entries, metadata, read, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function invalid(shown: string, what: string): Failure {
  return new Failure(
    'safetensors-invalid',
    `${shown} is not a valid safetensors file: ${what}.`,
    'It may have been cut short on its way here; fetch it again.',
  );
}

async function readHeader(file: FileHandle, fileBytes: number, shown: string) {
  if (fileBytes < 10) throw invalid(shown, `it has ${fileBytes} bytes`);
  const length = Buffer.alloc(8);
  await readExactly(file, length, 0, shown);
  const headerBytes = length.readBigUInt64LE();
  if (headerBytes > BigInt(maxHeaderBytes)) throw invalid(shown, `its header claims ${headerBytes} bytes`);
  if (headerBytes > BigInt(fileBytes - 8)) {
    throw invalid(shown, `its header claims ${headerBytes} bytes, and the file has ${fileBytes}`);
  }
  const header = Buffer.alloc(Number(headerBytes));
  await readExactly(file, header, 8, shown);
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
    return { header: json, dataStart: 8 + header.length };
  } catch {
    throw invalid(shown, 'its header is not JSON');
  }
}

function parseHeader(header: unknown, dataStart: number, fileBytes: number, shown: string) {
  if (!isRecord(header)) throw invalid(shown, 'its header is not a JSON object');
  const entries = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (isRecord(value)) metadata = value as Record<string, string>;
      continue;
    }
    entries.set(name, parseEntry(name, value, dataStart, shown));
  }
  checkCoverage(entries, dataStart, fileBytes, shown);
  return { entries, metadata };
}

function parseEntry(name: string, value: unknown, dataStart: number, shown: string): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerElement, dtype)) {
    throw invalid(shown, `tensor ${name} has the unknown dtype ${JSON.stringify(dtype)}`);
  }
  if (!isSizes(shape)) throw invalid(shown, `tensor ${name} has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw invalid(shown, `tensor ${name} has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, size) => product * size, bytesPerElement[dtype as SafetensorsDtype]);
  if (end - begin !== bytes) {
    throw invalid(shown, `tensor ${name} [${shape}] of ${dtype} takes ${bytes} bytes, and ${end - begin} are given`);
  }
  return { dtype: dtype as SafetensorsDtype, shape, start: dataStart + begin, end: dataStart + end };
}

/** Tensors must lie one behind the other and fill the file: no overlap, no hole, nothing behind the last. */
function checkCoverage(
  entries: ReadonlyMap<string, TensorEntry>,
  dataStart: number,
  fileBytes: number,
  shown: string,
): void {
  let position = dataStart;
  const sorted = [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  for (const [name, entry] of sorted) {
    if (entry.start < position) throw invalid(shown, `tensor ${name} overlaps the one before it`);
    if (entry.start > position) throw invalid(shown, `there is a gap before tensor ${name}`);
    position = entry.end;
  }
  if (position !== fileBytes) throw invalid(shown, `its tensors end at byte ${position} of ${fileBytes}`);
}

async function readFloats(file: FileHandle, entry: TensorEntry, name: string, shown: string): Promise<Float32Array> {
  const bytes = new Uint8Array(entry.end - entry.start);
  await readExactly(file, bytes, entry.start, shown);
  switch (entry.dtype) {
    case 'F32':
      return new Float32Array(bytes.buffer);
    case 'F16':
      return widenFloat16(new Uint16Array(bytes.buffer));
    case 'BF16':
      return widenBfloat16(new Uint16Array(bytes.buffer));
    default:
      throw new Failure(
        'dtype-unsupported',
        `Tensor ${name} of ${shown} is ${entry.dtype}; F32, F16 and BF16 can be read.`,
      );
  }
}

async function readExactly(file: FileHandle, into: Uint8Array, position: number, shown: string): Promise<void> {
  let done = 0;
  while (done < into.byteLength) {
    // One read takes at most 2 GiB.
    const length = Math.min(into.byteLength - done, 2 ** 30);
    const { bytesRead } = await file.read(into, done, length, position + done);
    if (bytesRead === 0) throw invalid(shown, 'it ended while it was read');
    done += bytesRead;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
