/** Ten updates over fixed rollouts beside those of `fixtures/make.py`: TRL's GRPO and RLOO, and PPO written out in PyTorch. */
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { adamw } from '../../../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../../../nodes/optim/clip.js';
import { chain } from '../../../nodes/optim/transform.js';
import { batchShapes } from '../../../nodes/rl/experience.js';
import { grpo } from '../../../nodes/rl/grpo.js';
import { learnFromRollouts } from '../../../nodes/rl/loop.js';
import type { Method } from '../../../nodes/rl/method.js';
import { ppo } from '../../../nodes/rl/ppo.js';
import { rloo } from '../../../nodes/rl/rloo.js';
import { createTokenScorer } from '../../../nodes/rl/token-scores.js';
import { valueHead } from '../../../nodes/rl/value-function.js';
import type { Device, HostTensors } from '../../../nodes/tensor/device.js';
import { int32 } from '../../../nodes/tensor/host-tensor.js';
import { createUpdater } from '../../../nodes/train/updater.js';
import type { TrainGrpoConfig } from '../../../schemas/kinds/train.grpo.js';
import type { TrainPpoConfig } from '../../../schemas/kinds/train.ppo.js';
import type { TrainRlooConfig } from '../../../schemas/kinds/train.rloo.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { readTinyLlama } from '../nn/tiny-llama.js';

interface Row {
  readonly prompt: readonly number[];
  readonly response: readonly number[];
  readonly reward: number;
}

interface Trajectory {
  readonly steps: readonly Readonly<Record<string, number>>[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

const { group, maxCompletionLength, rollouts, ptxTexts, ...trajectories } = JSON.parse(
  readFileSync('test/nodes/rl/fixtures/trajectories.json', 'utf8'),
) as {
  readonly group: number;
  readonly maxCompletionLength: number;
  readonly rollouts: readonly (readonly Row[])[];
  readonly ptxTexts: readonly (readonly number[])[];
} & Readonly<Record<string, Trajectory>>;

const eosId = 0;
const padId = 1;
const rows = rollouts[0]!.length;
const llama = await readTinyLlama('llama-plain');

async function follow(t: Test, device: Device, method: Method, { steps, weights }: Trajectory): Promise<void> {
  const { config, parameters: body } = llama;
  const parameters = { ...body, ...method.valueFunction?.parameters };
  const trainable = Object.keys(parameters);
  const learner = {
    parameters,
    trainable,
    loss: method.loss,
    ...(method.trainingInputs ? { trainingInputs: method.trainingInputs } : {}),
  };
  const optimizer = chain([clipByGlobalNorm(1)], adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }));
  const shapesOf = Object.fromEntries(trainable.map((name) => [name, parameters[name]!.shape]));
  const state = device.createState({ ...parameters, ...optimizer.init(shapesOf) });
  const held = device.createState(rename(body, (name) => `reference.${name}`));
  const shapes = batchShapes([4], { maxCompletionLength, padId, maxPositions: config.maxPositions });
  const reference = {
    config,
    held: {},
    view: (all: object) =>
      Object.fromEntries(Object.keys(body).map((name) => [name, all[`reference.${name}` as never]])) as never,
  };
  const scorer = createTokenScorer(device, device.joinStates([state, held]), {
    config,
    temperature: method.temperature,
    reference: method.held ? reference : undefined,
    valueFunction: method.valueFunction,
    shapes,
    batchSize: rows,
  });
  const updater = createUpdater(device, learner, optimizer, 1);
  const { signal } = new AbortController();
  const logs: Readonly<Record<string, number>>[] = [];
  const context = {
    scratch: t.testdir({}),
    signal,
    warn: () => {},
    progress: () => {},
    log: (_: number, values: Readonly<Record<string, number>>) => void logs.push(values),
  };
  const collect = async (rollout: number) => {
    const own = rollouts[rollout]!;
    const episodes = own.map(({ prompt, response }) => ({
      prompt: { text: '', ids: prompt, row: {} },
      responseIds: response,
      text: '',
      ended: response.at(-1) === eosId,
    }));
    const sequences = own.map(({ prompt, response }) => ({ promptIds: prompt, responseIds: response }));
    const rewards = Float64Array.from(own, ({ reward }) => reward);
    return {
      scored: { episodes, rewards, tokens: await scorer.score(sequences, signal) },
      each: {},
      tokensPerSecond: 0,
    };
  };
  const plan = {
    method,
    learner,
    optimizer,
    schedule: { type: 'linear', learningRate: 1e-2, warmupSteps: 3, totalSteps: 10, options: {} } as const,
    totalSteps: 10,
    saveSteps: 100,
    seed: 1,
    shapes,
    maxKl: null,
    samplesKept: 0,
  };
  const workshop = { state, kept: [], updater, collect };
  const learned = await learnFromRollouts(context, device, plan, workshop, undefined);
  t.equal(logs.length, steps.length);
  for (const [step, expected] of steps.entries()) {
    for (const [name, value] of Object.entries(expected)) {
      const found = logs[step]![name]!;
      t.ok(Math.abs(found - value) < 3e-4 * Math.max(1, Math.abs(value)), `step ${step}: ${name} ${found}, ${value}`);
    }
  }
  for (const [name, values] of Object.entries(weights)) {
    const differences = values.map((value, index) => Math.abs(value - learned.weights[name]!.data[index]!));
    t.ok(Math.max(...differences) < 5e-4, `${name} differs by ${Math.max(...differences)}`);
  }
  for (const part of [updater, scorer]) await part.dispose();
  for (const part of [held, state]) part.dispose();
}

function rename(tensors: HostTensors, change: (name: string) => string): HostTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [change(name), tensor]));
}

const shared = {
  per_device_train_batch_size: rows,
  gradient_accumulation_steps: 1,
  max_completion_length: maxCompletionLength,
  temperature: 1,
  steps_per_generation: null,
  num_iterations: 2,
  num_generations: group,
  epsilon: 0.2,
  epsilon_high: null,
  mask_truncated_completions: false,
};
const grpoDefaults = {
  ...shared,
  beta: 0,
  entropy_coef: 0,
  use_bias_correction_kl: true,
  scale_rewards: 'group',
  loss_type: 'dapo',
  importance_sampling_level: 'token',
};
const grpoOf = (options: Partial<TrainGrpoConfig>) =>
  grpo(llama.config, { ...grpoDefaults, ...options } as TrainGrpoConfig);
const rlooOf = (options: Partial<TrainRlooConfig>) =>
  rloo(llama.config, { ...shared, beta: 0, normalize_advantages: false, ...options } as TrainRlooConfig);

const ppoDefaults = {
  per_device_train_batch_size: rows,
  gradient_accumulation_steps: 1,
  num_mini_batches: 1,
  num_ppo_epochs: 2,
  temperature: 0.7,
  kl_coef: 0.05,
  kl_estimator: 'k1',
  adaptive_kl: null,
  cliprange: 0.2,
  vf_coef: 0.1,
  cliprange_value: 0.2,
  gamma: 1,
  lam: 0.95,
  whiten_rewards: false,
  ptx_coef: 0,
  entropy_coef: 0,
};
const ppoOf = (options: Partial<TrainPpoConfig>) =>
  ppo(llama.config, { ...ppoDefaults, ...options } as TrainPpoConfig, valueHead(llama.config));

function texts(): HostTensors {
  const shape = [ptxTexts.length, ptxTexts[0]!.length - 1];
  return {
    'ptx.ids': int32(
      shape,
      ptxTexts.flatMap((ids) => ids.slice(0, -1)),
    ),
    'ptx.targets': int32(
      shape,
      ptxTexts.flatMap((ids) => ids.slice(1)),
    ),
  };
}

const methods: Readonly<Record<string, Method>> = {
  grpo: grpoOf({ loss_type: 'grpo', beta: 0.1 }),
  dapo: grpoOf({ epsilon_high: 0.28, mask_truncated_completions: true }),
  dr_grpo: grpoOf({ loss_type: 'dr_grpo', scale_rewards: 'none', beta: 0.2, use_bias_correction_kl: false }),
  bnpo: grpoOf({ loss_type: 'bnpo', scale_rewards: 'batch', temperature: 0.7, beta: 0.04 }),
  gspo: grpoOf({ loss_type: 'grpo', importance_sampling_level: 'sequence', epsilon: 0.01 }),
  rloo: rlooOf({ beta: 0.05 }),
  rloo_normalised: rlooOf({ normalize_advantages: true }),
  ppo: ppoOf({}),
  ppo_whitened: ppoOf({ whiten_rewards: true, kl_coef: 0.2, gamma: 0.9, lam: 0.8, temperature: 1, kl_estimator: 'k3' }),
  ppo_adaptive: ppoOf({ adaptive_kl: { target: 0.5, horizon: 20 }, vf_coef: 1, cliprange_value: 0.05 }),
  ppo_ptx: { ...ppoOf({ ptx_coef: 0.5 }), trainingInputs: texts },
};

for (const name of devicesUnderTest) {
  t.test(`ten updates on ${name}`, async (t) => {
    await withDevice(name, async (device) => {
      for (const [variant, method] of Object.entries(methods)) {
        if (name === 'reference' && variant !== 'ppo') continue;
        await t.test(variant, async (t) => follow(t, device, method, trajectories[variant]!));
      }
    });
  });
}
