/** A tiny model of each family that Transformers made, and what it computes with them. */
import { readFileSync } from 'node:fs';
import { parseDecoderConfig } from '../../../nodes/model/hugging-face-config.js';
import type { DecoderConfig } from '../../../nodes/nn/decoder-config.js';
import type { HostTensors } from '../../../nodes/tensor/device.js';
import { readAll } from './tiny-llama.js';

export const folder = 'test/nodes/nn/fixtures/families';
export const familyNames = ['gpt2', 'mistral', 'qwen2', 'qwen3', 'gemma', 'gemma2', 'gemma3', 'phi3'] as const;

/** Norm of a tensor, and its product with a fixed vector. */
export type Fingerprint = readonly [norm: number, product: number];

export interface Inputs {
  /** Ids and PyTorch's labels. */
  readonly batch: readonly [number[][], number[][]];
  readonly batches: readonly (readonly [number[][], number[][]])[];
  readonly prompts: number[][];
}

export interface Facts {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Fingerprint>>;
  readonly losses: number[];
  readonly gradNorms: number[];
  readonly trained: Readonly<Record<string, Fingerprint>>;
  readonly generated: number[][];
  readonly sampled: { readonly ids: number[]; readonly scores: Readonly<Record<string, number>>[] };
}

export interface TinyModel {
  readonly config: DecoderConfig;
  readonly parameters: HostTensors;
}

export interface TinyFamily extends TinyModel {
  readonly facts: Facts;
  /** `logits` `[2, 12, vocab]` of the batch, `ragged` `[3, vocab]` after each prompt. */
  readonly expected: HostTensors;
}

/** A Llama whose rotary positions are stretched in several ways. */
export interface RopeFacts {
  readonly ids: number[];
  readonly ropes: Readonly<Record<string, RopeVariant>>;
}

export interface RopeVariant {
  /** What differs in `config.json`. */
  readonly config: object;
  /** Of the last two tokens, by the number of tokens read. */
  readonly logits: Readonly<Record<string, number[]>>;
  /** What follows the first 12 tokens. */
  readonly generated: number[];
  /** The logits that the last of these was chosen by. */
  readonly last: number[];
}

export const ropeFacts = readJson<RopeFacts>(`${folder}/ropes/facts.json`);
export const inputs = readJson<Inputs>(`${folder}/inputs.json`);

export async function readFamily(name: string): Promise<TinyFamily> {
  const own = `${folder}/${name}`;
  return {
    config: parseDecoderConfig(readJson(`${own}/config.json`)),
    parameters: await readAll(`${own}/model.safetensors`),
    facts: readJson<Facts>(`${own}/facts.json`),
    expected: await readAll(`${own}/expected.safetensors`),
  };
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

export function fingerprint(values: ArrayLike<number>): Fingerprint {
  let product = 0;
  for (let i = 0; i < values.length; i++) product += values[i]! * Math.cos(i);
  return [Math.hypot(...Array.from(values)), product];
}

/** How far two fingerprints are apart, in parts of the norm where that is above 1. */
export function distance(a: Fingerprint, b: Fingerprint): number {
  return Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])) / Math.max(1, b[0]);
}
