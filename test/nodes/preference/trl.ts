/** What TRL's trainers did with the tiny Llama, and the same rows as examples. */
import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { adamw } from '../../../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../../../nodes/optim/clip.js';
import { learningRateAt } from '../../../nodes/optim/schedule.js';
import { chain } from '../../../nodes/optim/transform.js';
import type { Device } from '../../../nodes/tensor/device.js';
import type { Batch } from '../../../nodes/train/batches.js';
import type { Example } from '../../../nodes/train/example.js';
import type { Learner } from '../../../nodes/train/learner.js';
import { trainingStep } from '../../../nodes/train/step.js';
import { readTinyLlama, type TinyLlama } from '../nn/tiny-llama.js';

export interface Trajectory {
  readonly steps: readonly Readonly<Record<string, number>>[];
  /** The first 64 numbers of some weights, after the last step. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

interface TrlRow {
  readonly prompt: readonly number[];
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
}

interface Facts {
  readonly batchSize: number;
  readonly rows: readonly TrlRow[];
  readonly labels: readonly boolean[];
  readonly trajectories: Readonly<Record<string, Trajectory>>;
}

export function readTrl(): Facts {
  const facts = JSON.parse(readFileSync('test/nodes/preference/fixtures/trl.json', 'utf8'));
  const { batchSize, rows, labels, ...trajectories } = facts;
  return { batchSize, rows, labels, trajectories };
}

export const eosId = 0;
export const padId = 1;

/** A prompt and an answer, which EOS ends. */
export function exampleOf(prompt: readonly number[], answer: readonly number[]): Example {
  const sequence = [...prompt, ...answer, eosId];
  const targets = sequence.slice(1).map((id, at) => (at + 1 < prompt.length ? -100 : id));
  return { ids: sequence.slice(0, -1), targets };
}

export function pairOf({ prompt, chosen, rejected }: TrlRow) {
  return { chosen: exampleOf(prompt, chosen), rejected: exampleOf(prompt, rejected) };
}

/** Items in groups of `size`. */
export function grouped<Item>(items: readonly Item[], size: number): Item[][] {
  const groups = Array.from({ length: Math.ceil(items.length / size) }, (_, group) => group * size);
  return groups.map((start) => items.slice(start, start + size));
}

/** Trains with the hyper-parameters of the script, one update a batch, and compares every step with TRL's. */
export async function followTrajectory(
  t: Test,
  device: Device,
  { parameters }: TinyLlama,
  { loss, summarise = (means) => means }: Pick<Learner, 'loss' | 'summarise'>,
  batches: readonly Batch[],
  expected: Trajectory,
): Promise<void> {
  const optimizer = chain([clipByGlobalNorm(1)], adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }));
  const schedule = { type: 'linear', learningRate: 1e-2, warmupSteps: 3, totalSteps: 10 } as const;
  const shapes = Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
  const state = device.createState({ ...parameters, ...optimizer.init(shapes) });
  const program = device.program('train', trainingStep({ trainable: Object.keys(parameters), loss }, optimizer));
  t.equal(batches.length, expected.steps.length);
  for (const [index, batch] of batches.entries()) {
    const learningRate = learningRateAt(schedule, index);
    const scalars = optimizer.scalars({ step: index + 1, learningRate });
    const outputs = await program.run(state, { ...batch.inputs, ...scalars });
    const readings = summarise(Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data[0]!])));
    const step = expected.steps[index]!;
    for (const [name, value] of Object.entries(step)) {
      // TRL's mean logit is not logged here; and while policy and reference are the same, which reward is larger is chance.
      if (name.startsWith('logits/') || (name === 'rewards/accuracies' && step['rewards/margins'] === 0)) continue;
      if (name === 'nll_loss' && value === 0) continue;
      const found = readings[name] ?? Number.NaN;
      const near = Math.abs(found - value) < 2e-4 * Math.max(1, Math.abs(value));
      t.ok(near, `step ${index}: ${name} is ${found}, TRL's ${value}`);
    }
  }
  const weights = await state.read(Object.keys(expected.weights));
  for (const [name, values] of Object.entries(expected.weights)) {
    const differences = values.map((value, index) => Math.abs(value - weights[name]!.data[index]!));
    t.ok(Math.max(...differences) < 3e-4, `${name} differs by ${Math.max(...differences)}`);
  }
  await program.dispose();
  state.dispose();
}

export const tinyLlama = await readTinyLlama('llama-plain');
