/** Averages of the weights, smoothed labels, noisy embeddings, and weights that are left alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { int32 } from '../../../nodes/tensor/host-tensor.js';
import type { Batch } from '../../../nodes/train/batches.js';
import { freeze } from '../../../nodes/train/freeze.js';
import { languageModelLearner } from '../../../nodes/train/learner.js';
import { embeddingNoise } from '../../../nodes/train/regularisation.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { withDevice } from '../devices-under-test.js';
import { largestDifference, readAll, readTinyLlama } from '../nn/tiny-llama.js';
import { type KindResult, type KindRun, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const dataset = writeDataset([
  { prompt: 'The capital of France is', completion: ' Paris' },
  { prompt: 'The capital of Italy is', completion: ' Rome' },
  { prompt: 'Austria?', completion: ' Vienna, which is a city' },
]);
const inputs = { model, dataset, validation: dataset };
const quick = {
  learning_rate: 1e-2,
  per_device_train_batch_size: 2,
  max_length: 24,
  max_steps: 4,
  lr_scheduler_type: 'constant',
};
const run = (config: object, more: Partial<KindRun> = {}) =>
  runKind(trainSupervised, { config: { ...quick, ...config }, inputs, device: 'onnx-cpu', ...more });
const weightsOf = ({ outputs }: KindResult) => readAll(join(outputs.model!, 'model.safetensors'));
const bytesOf = ({ outputs }: KindResult) => readFileSync(join(outputs.model!, 'model.safetensors')).toString('hex');

t.test('ema_decay: the result is the running average, and it is what is evaluated', async (t) => {
  const decay = 0.75;
  let expected = await readAll(join(model, 'model.safetensors'));
  const often = { eval_strategy: 'steps', eval_steps: 1 };
  for (const step of [1, 2, 3]) {
    const after = await weightsOf(await run({ max_steps: step }));
    expected = Object.fromEntries(
      Object.entries(expected).map(([name, { shape, data }]) => {
        const next = Float32Array.from(data, (value, i) => decay * value + (1 - decay) * after[name]!.data[i]!);
        return [name, { dtype: 'float32' as const, shape, data: next }];
      }),
    );
  }
  const averaged = await run({ max_steps: 3, ema_decay: decay, ...often });
  for (const [name, { data }] of Object.entries(await weightsOf(averaged))) {
    t.ok(largestDifference(data, expected[name]!.data) < 1e-6, name);
  }
  const plain = await run({ max_steps: 3, ...often });
  const losses = ({ logs }: KindResult) => logs.flatMap(({ values }) => values.eval_loss ?? []);
  t.ok(
    losses(averaged).every((loss, i) => loss > losses(plain)[i]! + 1e-3),
    'the average lags behind',
  );
  const reread = await runKind(trainSupervised, {
    config: { ...quick, learning_rate: 1e-12, max_steps: 1 },
    inputs: { ...inputs, model: averaged.outputs.model! },
    device: 'onnx-cpu',
  });
  t.ok(Math.abs(reread.metrics.eval_loss! - averaged.metrics.eval_loss!) < 1e-5);
});

t.test('label_smoothing_factor is in the loss that is learned, not in the one that is measured', async (t) => {
  const still = { learning_rate: 1e-12, max_steps: 1 };
  const plain = await run(still);
  const smoothed = await run({ ...still, label_smoothing_factor: 0.3 });
  t.not(smoothed.logs[0]!.values.loss, plain.logs[0]!.values.loss);
  t.equal(smoothed.metrics.eval_loss, plain.metrics.eval_loss);
  t.not(bytesOf(await run({ label_smoothing_factor: 0.3 })), bytesOf(await run({})));
});

t.test('NEFTune: noise of the right size, nowhere on padding, another for each batch', async (t) => {
  const [rows, time, width] = [2, 16, 32];
  const batch: Batch = { inputs: { ids: int32([rows, time]) }, tokens: 20, count: 1, lengths: [16, 4] };
  const noise = (step = 0, index = 0, seed = 1) => embeddingNoise(batch, width, 5, seed, { step, index }).data;
  const values = noise();
  for (const [row, length] of [16, 4].entries()) {
    const own = values.subarray(row * time * width, (row * time + length) * width);
    const bound = 5 / Math.sqrt(length * width);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    const square = own.reduce((sum, value) => sum + value * value, 0) / own.length;
    t.ok(own.every((value) => Math.abs(value) <= bound));
    t.ok(Math.abs(mean) < 0.2 * bound, 'its mean is 0');
    t.ok(Math.abs(square / (bound * bound) - 1 / 3) < 0.08, 'it is uniform');
  }
  t.ok(values.subarray((time + 4) * width).every((value) => value === 0));
  t.same(noise(), values);
  for (const other of [noise(1), noise(0, 1), noise(0, 0, 2)]) t.notSame(other, values);
});

t.test('noise is added to the embeddings', async (t) => {
  const { config, parameters } = await readTinyLlama('llama-plain');
  const table = parameters['model.embed_tokens.weight']!;
  const ids = [3, 1, 4, 15, 9, 2, 6, 5];
  const batch: Batch = { inputs: { ids: int32([1, 8], ids) }, tokens: 8, count: 8, lengths: [8] };
  const noise = embeddingNoise(batch, config.width, 5, 1, { step: 0, index: 0 });
  const noisyTable = Float32Array.from(table.data);
  ids.forEach((id, at) => {
    for (let i = 0; i < config.width; i++) noisyTable[id * config.width + i]! += noise.data[at * config.width + i]!;
  });
  await withDevice('onnx-cpu', async (device) => {
    const logitsOf = async (weights: typeof parameters, given: object) => {
      const state = device.createState(weights);
      const program = device.program('logits', (held, { ids, noise }) => ({
        outputs: { logits: decoderLogits(config, held, { ids: ids!, noise }) },
      }));
      return (await program.run(state, { ids: batch.inputs.ids!, ...given })).logits!.data;
    };
    const noisy = await logitsOf(parameters, { noise });
    const expected = await logitsOf(
      { ...parameters, 'model.embed_tokens.weight': { ...table, data: noisyTable } as typeof table },
      {},
    );
    t.ok(largestDifference(noisy, expected) < 1e-5);
    t.ok(largestDifference(noisy, await logitsOf(parameters, {})) > 0.1);
  });
});

t.test('neftune_noise_alpha changes what is learned, never what is measured', async (t) => {
  const still = { learning_rate: 1e-12, max_steps: 1 };
  const plain = await run(still);
  const noisy = await run({ ...still, neftune_noise_alpha: 5 });
  t.not(noisy.logs[0]!.values.loss, plain.logs[0]!.values.loss);
  t.equal(noisy.metrics.eval_loss, plain.metrics.eval_loss);
  for (const packing of [true, false]) {
    t.not(bytesOf(await run({ packing, neftune_noise_alpha: 5 })), bytesOf(await run({ packing })));
  }
});

t.test('frozen weights stay as they are, to the bit', async (t) => {
  const before = await readAll(join(model, 'model.safetensors'));
  const patterns = ['embed_tokens', 'layers.0.mlp', 'self_attn.*_proj', 'model.norm.weight'];
  const after = await weightsOf(await run({ freeze: patterns }));
  const isFrozen = (name: string) => /embed_tokens|\.mlp\.|_proj|model\.norm/.test(name);
  for (const [name, { data }] of Object.entries(after)) {
    if (isFrozen(name)) t.same(data, before[name]!.data, `${name} is frozen`);
    else t.notSame(data, before[name]!.data, `${name} learns`);
  }
  t.ok(Object.keys(after).some((name) => !isFrozen(name)));
  await t.rejects(run({ freeze: ['embed'] }), { code: 'nothing-frozen', message: /freeze names embed,/ });
  await t.rejects(run({ freeze: ['*'] }), { code: 'nothing-to-train' });
});

t.test('a pattern names whole parts of a name', async (t) => {
  const { config, parameters } = await readTinyLlama('llama-plain');
  const learner = languageModelLearner({ config, parameters });
  const frozen = (...patterns: string[]) => {
    const left = new Set(freeze(learner, patterns).trainable);
    return learner.trainable.filter((name) => !left.has(name));
  };
  t.same(frozen('layers.1').length, 9);
  t.same(frozen('layers.*.mlp').length, 6);
  t.same(frozen('q_proj'), ['model.layers.0.self_attn.q_proj.weight', 'model.layers.1.self_attn.q_proj.weight']);
  t.same(frozen('model.norm'), ['model.norm.weight']);
  for (const pattern of ['ayers', 'layers.2', 'layers.*.q_proj', 'model.norm.', 'a(b']) {
    t.throws(() => frozen(pattern), { code: 'nothing-frozen' }, pattern);
  }
  t.throws(() => frozen('*'), { code: 'nothing-to-train' });
});

t.test('with all of it, a run that was stopped goes on to the same bytes', async (t) => {
  const config = {
    ema_decay: 0.9,
    label_smoothing_factor: 0.1,
    neftune_noise_alpha: 5,
    gradient_accumulation_steps: 2,
    per_device_train_batch_size: 1,
    freeze: ['embed_tokens'],
    eval_strategy: 'epoch',
    load_best_model_at_end: true,
    max_steps: 6,
  };
  const whole = await run(config);
  for (let stop = 1; stop < 6; stop++) {
    const scratch = t.testdir({});
    const abort = new AbortController();
    const onLog = (step: number) => step === stop && abort.abort();
    await t.rejects(run(config, { scratch, signal: abort.signal, onLog }), { name: 'Stopped' });
    const resumed = await run(config, { scratch });
    t.equal(bytesOf(resumed), bytesOf(whole), `stopped at step ${stop}`);
    t.same(resumed.metrics, whole.metrics);
  }
});
