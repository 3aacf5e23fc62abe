/** What Transformers and TRL computed: see fixtures/make.py. */
import { readFileSync } from 'node:fs';
import type { Classifier } from '../../../nodes/model/classifier-directory.js';
import type { HostTensor } from '../../../nodes/tensor/device.js';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { readTinyLlama } from '../nn/tiny-llama.js';
import type { Trajectory } from '../preference/trl.js';

export interface RewardFacts {
  readonly batchSize: number;
  readonly head: readonly number[][];
  readonly scores: {
    readonly sequences: readonly number[][];
    readonly head: readonly number[][];
    readonly last: readonly number[][];
    readonly mean: readonly number[][];
  };
  readonly pairs: readonly {
    readonly prompt: number[];
    readonly chosen: number[];
    readonly rejected: number[];
    readonly margin: number;
  }[];
  readonly rankings: readonly {
    readonly prompt: number[];
    readonly responses: number[][];
    readonly ranking: number[];
    readonly ties?: number[][];
  }[];
  readonly pairwise: Trajectory;
  readonly margin_centered: Trajectory;
  readonly k_wise: Trajectory;
}

export const facts = JSON.parse(readFileSync('test/nodes/reward/fixtures/reward.json', 'utf8')) as RewardFacts;

/** The tiny Llama without its output projection. */
export const body = await (async () => {
  const { config, parameters } = await readTinyLlama('llama-plain');
  const { 'lm_head.weight': _, ...others } = parameters;
  return { config: { ...config, tiedEmbeddings: true }, parameters: others };
})();

export function matrixOf(rows: readonly (readonly number[])[]): HostTensor {
  return float32([rows.length, rows[0]!.length], Float32Array.from(rows.flat()));
}

/** The tiny Llama as a reward model. */
export function rewardModelOf(head: readonly (readonly number[])[], normalisation?: { mean: number; std: number }) {
  return {
    ...body,
    headWeight: matrixOf(head),
    head: { labels: ['LABEL_0'], problemType: undefined, pooling: 'last_token', normalisation },
  } as unknown as Classifier;
}
