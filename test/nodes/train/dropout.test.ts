/** Masks that are drawn for each batch of training: their rate, where they act, and that a run can be gone on with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { int32 } from '../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { keptNumbers, withDropout } from '../../../nodes/train/dropout.js';
import type { Learner } from '../../../nodes/train/learner.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { withDevice } from '../devices-under-test.js';
import { type KindResult, type KindRun, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const dataset = writeDataset([
  { prompt: 'The capital of France is', completion: ' Paris' },
  { prompt: 'The capital of Italy is', completion: ' Rome' },
  { prompt: 'Austria?', completion: ' Vienna, which is a city' },
]);
const quick = { learning_rate: 1e-2, per_device_train_batch_size: 2, max_length: 24, max_steps: 4 };
const run = (config: object, more: Partial<KindRun> = {}) =>
  runKind(trainSupervised, {
    config: { ...quick, ...config },
    inputs: { model, dataset, validation: dataset },
    device: 'onnx-cpu',
    ...more,
  });
const bytesOf = ({ outputs }: KindResult) => readFileSync(join(outputs.model!, 'model.safetensors')).toString('hex');

t.test('a mask drops as often as its rate says, and another time other numbers', (t) => {
  const shape = [250, 400];
  for (const rate of [0.05, 0.1, 0.5, 0.9]) {
    const { data } = keptNumbers({ name: 'x', rate }, shape, 1, { step: 0, index: 0 });
    const kept = data.reduce((sum, value) => sum + value, 0) / data.length;
    const deviation = Math.sqrt((rate * (1 - rate)) / data.length);
    t.ok(Math.abs(kept - (1 - rate)) < 4 * deviation, `${kept} are kept at ${rate}`);
    t.ok(Math.abs(kept / (1 - rate) - 1) < (4 * deviation) / (1 - rate), 'what is kept makes up for what is not');
    t.ok(data.every((value) => value === 0 || value === 1));
  }
  const mask = (name = 'x', seed = 1, step = 0, index = 0) =>
    Buffer.from(keptNumbers({ name, rate: 0.5 }, [3, 33], seed, { step, index }).data).toString('hex');
  t.equal(mask(), mask());
  t.equal(new Set([mask(), mask('y'), mask('x', 2), mask('x', 1, 1), mask('x', 1, 0, 1)]).size, 5);
  // Numbers beside one another share a draw and have nothing to do with one another.
  const { data } = keptNumbers({ name: 'x', rate: 0.5 }, [100_000], 1, { step: 0, index: 0 });
  let alike = 0;
  for (let at = 0; at < data.length; at += 2) alike += Number(data[at] === data[at + 1]);
  t.ok(Math.abs(alike / 50_000 - 0.5) < 0.01);
  t.end();
});

t.test('each rate changes what is learned, never what is measured; 0 is none', async (t) => {
  const still = { learning_rate: 1e-12, max_steps: 1 };
  const rates = ['embd_pdrop', 'resid_pdrop', 'attention_dropout'];
  const plain = await run(still);
  const losses = new Set([plain.logs[0]!.values.loss]);
  for (const name of rates) {
    const dropping = await run({ ...still, [name]: 0.3 });
    losses.add(dropping.logs[0]!.values.loss);
    t.equal(dropping.metrics.eval_loss, plain.metrics.eval_loss, name);
  }
  t.equal(losses.size, 4);
  const none = Object.fromEntries(rates.map((name) => [name, 0]));
  t.equal(bytesOf(await run(none)), bytesOf(await run({})));

  const adapted = (lora_dropout: number, more: object = {}) =>
    run({ max_steps: 2, adapter: { r: 2, lora_dropout, ...more } });
  const whole = await adapted(0);
  t.equal(bytesOf(whole), bytesOf(await run({ max_steps: 2, adapter: { r: 2 } })));
  const dropping = await adapted(0.4);
  t.not(bytesOf(dropping), bytesOf(whole));
  t.equal(dropping.logs[0]!.values.loss, whole.logs[0]!.values.loss, 'B is 0 at first, so that nothing is to be seen');
  const written = JSON.parse(readFileSync(join(dropping.outputs.adapter!, 'adapter_config.json'), 'utf8'));
  t.equal(written.lora_dropout, 0.4);
  await t.rejects(run({ resid_pdrop: 1 }), { message: /resid_pdrop must be < 1/ });
});

t.test('the mean of an activation stays', async (t) => {
  const site = { name: 'x', rate: 0.4, shape: () => [100, 100] };
  const total: Learner = {
    parameters: {},
    trainable: [],
    loss: ({ x }) => ({ sum: tf.sum(x!), count: tf.scalar(1) }),
  };
  const { loss, trainingInputs } = withDropout(total, [site], 1);
  const batch = { inputs: { ids: int32([1, 1]) }, tokens: 1, count: 1 };
  const { sum } = await withDevice('reference', (device) =>
    device
      .program('sum of a mask', (state, inputs) => ({ outputs: { sum: loss(state, inputs).sum } }))
      .run(device.createState({}), trainingInputs!(batch, { step: 0, index: 0 })),
  );
  const mean = sum!.data[0]! / 10_000;
  t.ok(Math.abs(mean - 1) < 4 * Math.sqrt(0.4 / 0.6 / 10_000), `${mean}`);
});

const everywhere = { embd_pdrop: 0.1, resid_pdrop: 0.1, attention_dropout: 0.1 };
const variants: readonly (readonly [string, object, string?])[] = [
  ['packed, all weights', { ...everywhere, packing: true }],
  ['accumulated, DoRA', { ...everywhere, adapter: { r: 2, use_dora: true, lora_dropout: 0.2 } }],
  ['GPT-2', { ...everywhere, adapter: { r: 2, lora_dropout: 0.2 } }, 'gpt2'],
];
for (const [name, config, architecture] of variants) {
  t.test(`${name}: stopped and resumed, the bytes are those of a whole run`, async (t) => {
    const own = architecture === undefined ? model : await makeModel({ architecture, num_key_value_heads: 2 });
    const more = { inputs: { model: own, dataset } };
    const all = { ...config, gradient_accumulation_steps: 2, per_device_train_batch_size: 1 };
    const whole = await run(all, more);
    t.ok(Number.isFinite(whole.metrics.train_loss));
    const scratch = t.testdir({});
    const abort = new AbortController();
    const onLog = (step: number) => step === 2 && abort.abort();
    await t.rejects(run(all, { ...more, scratch, signal: abort.signal, onLog }), { name: 'Stopped' });
    t.equal(bytesOf(await run(all, { ...more, scratch })), bytesOf(whole));
  });
}
