/** The tiny Llamas that Transformers made, and what PyTorch computes with them. */
import { readFileSync } from 'node:fs';
import { openSafetensors } from '../../../nodes/format/safetensors.js';
import { parseDecoderConfig } from '../../../nodes/model/hugging-face-config.js';
import type { DecoderConfig } from '../../../nodes/nn/decoder-config.js';
import type { HostTensor } from '../../../nodes/tensor/device.js';
import { int32 } from '../../../nodes/tensor/host-tensor.js';

export const fixtures = 'test/nodes/nn/fixtures';

export interface TinyLlama {
  readonly config: DecoderConfig;
  readonly parameters: Record<string, HostTensor>;
}

export async function readTinyLlama(name: string): Promise<TinyLlama> {
  const config = parseDecoderConfig(JSON.parse(readFileSync(`${fixtures}/${name}/config.json`, 'utf8')));
  return { config, parameters: await readAll(`${fixtures}/${name}/model.safetensors`) };
}

export async function readAll(path: string): Promise<Record<string, HostTensor>> {
  const file = await openSafetensors(path);
  const tensors: Record<string, HostTensor> = {};
  for (const name of file.entries.keys()) tensors[name] = await file.read(name);
  await file.close();
  return tensors;
}

export function readFacts<Facts>(name: string): Facts {
  return JSON.parse(readFileSync(`${fixtures}/${name}.json`, 'utf8')) as Facts;
}

/** `[batch, time]` as a tensor. */
export function matrix(rows: readonly (readonly number[])[]) {
  return int32([rows.length, rows[0]!.length], Int32Array.from(rows.flat()));
}

/** PyTorch's labels name the token at each place; ours name the one that follows. */
export function targetsOf(labels: readonly (readonly number[])[]): number[][] {
  return labels.map((row) => [...row.slice(1), -100]);
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`Lengths differ: ${a.length} and ${b.length}.`);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
