/** A GGUF file, opened: its header is read and checked, its tensors are read when they are asked for. */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Failure } from '../../../engine/failure.js';
import type { HostTensor } from '../../tensor/device.js';
import { dequantise, readableTypes } from './dequantise.js';
import { type GgufHeader, GgufProblem, MoreBytesNeeded, parseGgufHeader } from './header.js';

export interface GgufFile extends GgufHeader {
  /** Reads one tensor as float32. Throws `Failure` for a name or a type that cannot be had. */
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}

/** Throws `Failure` `gguf-unreadable`, `gguf-invalid`. `shown` is what errors call the file. */
export async function openGguf(path: string, shown = basename(path)): Promise<GgufFile> {
  const file = await open(path, 'r').catch((error: Error) => {
    throw new Failure('gguf-unreadable', `${shown} cannot be read: ${error.message}`);
  });
  try {
    const header = await readHeader(file, (await file.stat()).size);
    return { ...header, close: () => file.close(), read: (name) => readTensor(file, header, name, shown) };
  } catch (error) {
    await file.close();
    if (error instanceof GgufProblem) throw invalid(shown, error.message);
    throw error;
  }
}

/** Vocabularies make a header of megabytes, of unknown length: it is read anew with twice as much until it is whole. */
async function readHeader(file: FileHandle, fileBytes: number): Promise<GgufHeader> {
  for (let length = Math.min(fileBytes, 2 ** 23); ; length = Math.min(fileBytes, length * 2)) {
    const head = Buffer.alloc(length);
    await readExactly(file, head, 0);
    try {
      return parseGgufHeader(head, fileBytes);
    } catch (error) {
      if (!(error instanceof MoreBytesNeeded)) throw error;
    }
  }
}

async function readTensor(file: FileHandle, header: GgufHeader, name: string, shown: string): Promise<HostTensor> {
  const tensor = header.tensors.get(name);
  if (!tensor) throw new Failure('tensor-not-found', `${shown} holds no tensor ${name}.`);
  const { type, shape, start, end } = tensor;
  if (!readableTypes.includes(type.name)) {
    throw new Failure(
      'quantisation-unsupported',
      `Tensor ${name} of ${shown} is ${type.name}; ${readableTypes.join(', ')} can be read.`,
      'Take the file of another quantisation of the same model.',
    );
  }
  const bytes = new Uint8Array(end - start);
  try {
    await readExactly(file, bytes, start);
  } catch (error) {
    if (error instanceof GgufProblem) throw invalid(shown, error.message);
    throw error;
  }
  return { dtype: 'float32', shape, data: dequantise(type, bytes) };
}

async function readExactly(file: FileHandle, into: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < into.byteLength; ) {
    // One read takes at most 2 GiB.
    const { bytesRead } = await file.read(into, done, Math.min(into.byteLength - done, 2 ** 30), position + done);
    if (bytesRead === 0) throw new GgufProblem('it ended while it was read');
    done += bytesRead;
  }
}

function invalid(shown: string, what: string): Failure {
  return new Failure(
    'gguf-invalid',
    `${shown} is not a valid GGUF file: ${what}.`,
    'It may have been cut short on its way here; fetch it again.',
  );
}
