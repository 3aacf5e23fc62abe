/** Adapters compute, learn and merge as PEFT's do. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { adapt, scalingOf } from '../../../nodes/adapters/adapt.js';
import { mergeWeights } from '../../../nodes/adapters/merge-weights.js';
import { adaptedModules } from '../../../nodes/adapters/modules.js';
import { readAdapter } from '../../../nodes/adapters/peft-directory.js';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import { adapterNames } from '../../../nodes/nn/low-rank.js';
import { adamw } from '../../../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../../../nodes/optim/clip.js';
import { learningRateAt } from '../../../nodes/optim/schedule.js';
import { chain } from '../../../nodes/optim/transform.js';
import type { Device, HostTensors } from '../../../nodes/tensor/device.js';
import { languageModelLearner } from '../../../nodes/train/learner.js';
import { trainingStep } from '../../../nodes/train/step.js';
import type { AdapterConfig } from '../../../schemas/kinds/adapter.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { largestDifference, matrix, readFacts, readTinyLlama, targetsOf } from '../nn/tiny-llama.js';
import { artifactAt } from '../run-kind.js';

const folder = 'test/nodes/adapters/fixtures';

interface Facts {
  readonly ids: number[][];
  readonly logits: number[];
  readonly mergedLogits: number[];
  readonly losses: number[];
  readonly gradNorms: number[];
}

const base: AdapterConfig = {
  r: 4,
  lora_alpha: 6,
  use_rslora: true,
  use_dora: false,
  target_modules: 'all-linear',
  layers_to_transform: null,
  modules_to_save: [],
};
const configs: Readonly<Record<string, AdapterConfig>> = {
  rslora: base,
  dora: {
    ...base,
    r: 2,
    lora_alpha: 8,
    use_rslora: false,
    use_dora: true,
    target_modules: ['q_proj', 'down_proj'],
    layers_to_transform: [1],
    modules_to_save: ['lm_head'],
  },
};

const { config: model, parameters } = await readTinyLlama('llama-plain');
const shapes = parameterShapes(model);
const { batches } = readFacts<{ readonly batches: [number[][], number[][]][] }>('llama-plain-training');
const transposed = false;

function adapted(config: AdapterConfig, start: HostTensors = {}) {
  const modules = adaptedModules(config, shapes);
  const options = { config, modules, transposed, seed: 1 };
  const learner = adapt(languageModelLearner({ config: model, parameters }), new Set(Object.keys(shapes)), options);
  return { modules, learner: { ...learner, parameters: { ...learner.parameters, ...start } } };
}

async function logitsOf(device: Device, weights: HostTensors, ids: number[][]) {
  const state = device.createState(weights);
  const program = device.program('logits', (tensors, { ids }) => ({
    outputs: { logits: decoderLogits(model, tensors, { ids: ids! }) },
  }));
  return (await program.run(state, { ids: matrix(ids) })).logits!.data;
}

for (const deviceName of devicesUnderTest) {
  for (const [name, config] of Object.entries(configs)) {
    t.test(`${name} on ${deviceName}`, async (t) => {
      const facts = JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8')) as Facts;
      const start = await readAdapter(artifactAt('directory', `${folder}/${name}-start`));
      const { modules, learner } = adapted(config, start.weights);
      t.same(
        [start.modules.lowRank, start.modules.whole].map((names) => [...names].sort()),
        [modules.lowRank, modules.whole].map((names) => [...names].sort()),
      );
      t.equal(start.scaling, scalingOf(config));
      await withDevice(deviceName, async (device) => {
        t.ok(largestDifference(await logitsOf(device, learner.parameters, facts.ids), facts.logits) < 1e-5, 'logits');
        const optimizer = chain(
          [clipByGlobalNorm(1)],
          adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }),
        );
        const schedule = { type: 'linear', learningRate: 1e-2, warmupSteps: 3, totalSteps: 10 } as const;
        const learning = Object.fromEntries(learner.trainable.map((name) => [name, learner.parameters[name]!.shape]));
        const state = device.createState({ ...learner.parameters, ...optimizer.init(learning) });
        const program = device.program('train', trainingStep(learner, optimizer));
        for (const [step, [ids, labels]] of batches.entries()) {
          const outputs = await program.run(state, {
            ids: matrix(ids),
            targets: matrix(targetsOf(labels)),
            ...optimizer.scalars({ step: step + 1, learningRate: learningRateAt(schedule, step) }),
          });
          t.ok(Math.abs(outputs.loss!.data[0]! - facts.losses[step]!) < 1e-5, `loss ${step}`);
          t.ok(Math.abs(outputs.grad_norm!.data[0]! - facts.gradNorms[step]!) < 1e-4, `gradient norm ${step}`);
        }
        const end = await readAdapter(artifactAt('directory', `${folder}/${name}-end`));
        const learned = await state.read(learner.trainable);
        t.same(Object.keys(learned).sort(), Object.keys(end.weights).sort());
        for (const [weight, { data }] of Object.entries(end.weights)) {
          t.ok(largestDifference(learned[weight]!.data, data) < 1e-5, weight);
        }
        const still = Object.keys(parameters).filter((name) => !learner.trainable.includes(name));
        for (const [name, { data }] of Object.entries(await state.read(still))) {
          t.same(largestDifference(data, parameters[name]!.data), 0, `${name} stays`);
        }
        const merged = mergeWeights(parameters, learned, modules, { scaling: scalingOf(config), transposed });
        t.ok(largestDifference(await logitsOf(device, merged, facts.ids), facts.mergedLogits) < 1e-5, 'merged');
      });
    });

    t.test(`${name} begins as the model itself on ${deviceName}`, async (t) => {
      const { learner } = adapted(config);
      const ids = batches[0]![0];
      await withDevice(deviceName, async (device) => {
        const plain = await logitsOf(device, parameters, ids);
        t.ok(largestDifference(await logitsOf(device, learner.parameters, ids), plain) < 1e-5);
        const { down } = adapterNames('model.layers.1.self_attn.q_proj');
        const values = learner.parameters[down]!.data;
        const bound = 1 / Math.sqrt(model.width);
        const spread = Math.max(...values) - Math.min(...values);
        t.ok(values.every((value) => Math.abs(value) <= bound) && spread > bound, 'A is uniform');
      });
    });
  }
}

t.test('a transposed weight merges as its transpose does', async (t) => {
  const end = await readAdapter(artifactAt('directory', `${folder}/dora-end`));
  const name = 'model.layers.1.mlp.down_proj.weight';
  const { shape, data } = parameters[name]!;
  const [rows, columns] = shape as [number, number];
  const turned = { dtype: 'float32', shape: [columns, rows], data: Float32Array.from(data) } as const;
  for (let i = 0; i < data.length; i++) turned.data[(i % columns) * rows + Math.floor(i / columns)] = data[i]!;
  const modules = { lowRank: ['model.layers.1.mlp.down_proj'], whole: [] };
  const options = { scaling: end.scaling, transposed: false };
  const plain = mergeWeights(parameters, end.weights, modules, options)[name]!.data;
  const other = mergeWeights({ [name]: turned }, end.weights, modules, { ...options, transposed: true })[name]!.data;
  const back = Array.from({ length: data.length }, (_, i) => other[(i % columns) * rows + Math.floor(i / columns)]!);
  t.ok(largestDifference(plain, data) > 1e-3);
  t.same(back, [...plain]);
});
