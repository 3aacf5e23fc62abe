import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { trainDpo } from '../../../nodes/preference/dpo.kind.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { type KindRun, runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const rows = [
  { prompt: 'Capital of France?', chosen: ' Paris', rejected: ' A river runs through the city' },
  { prompt: 'Capital of Italy?', chosen: ' Rome', rejected: ' The capital of Spain' },
  { prompt: 'And of Spain, which is a country?', chosen: ' Madrid', rejected: ' Berlin' },
  { prompt: 'Germany?', chosen: ' Berlin', rejected: ' Vienna, which is a city' },
  { prompt: 'Austria?', chosen: ' Vienna', rejected: ' What is the capital' },
];
const swapped = rows.map(({ prompt, chosen, rejected }) => ({ prompt, chosen: rejected, rejected: chosen }));
const dataset = writeDataset(rows);
const quick = { learning_rate: 1e-2, per_device_train_batch_size: 2, num_train_epochs: 3 };

const dpo = (config: object = {}, run: Partial<KindRun> = {}) =>
  runKind(trainDpo, { inputs: { model, dataset }, device: 'onnx-cpu', ...run, config: { ...quick, ...config } });

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]),
  );
}

t.test('it begins at log 2 with margins of 0, and learns the preferences', async (t) => {
  const { logs, metrics, outputs } = await dpo(
    { num_train_epochs: 8 },
    { inputs: { model, dataset, validation: dataset } },
  );
  t.ok(Math.abs(logs[0]!.values.loss! - Math.LN2) < 1e-5);
  t.ok(Math.abs(logs[0]!.values['rewards/margins']!) < 1e-5);
  t.equal(metrics['eval_rewards/accuracies'], 1);
  t.ok(metrics['eval_rewards/margins']! > 0.5 && metrics.eval_loss! < 0.5, JSON.stringify(metrics));
  const margin = metrics['eval_rewards/chosen']! - metrics['eval_rewards/rejected']!;
  t.ok(Math.abs(margin - metrics['eval_rewards/margins']!) < 1e-5);
  t.ok(metrics['eval_logps/chosen']! < 0 && metrics['eval_logps/rejected']! < metrics['eval_logps/chosen']!);
  t.equal(metrics.steps, 24);
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
});

t.test('labels that are wrong half of the time move nothing', async (t) => {
  const even = await dpo({ label_smoothing: 0.5, max_steps: 1 });
  t.ok(even.logs[0]!.values.grad_norm! < 1e-5, String(even.logs[0]!.values.grad_norm));
  t.ok((await dpo({ max_steps: 1 })).logs[0]!.values.grad_norm! > 1e-2);
});

t.test('against another reference the margins are not 0, and swapped answers turn them round', async (t) => {
  const answers = writeDataset(rows.map(({ prompt, chosen }) => ({ prompt, completion: chosen })));
  const config = { ...quick, num_train_epochs: 8 };
  const tuned = (await runKind(trainSupervised, { config, inputs: { model, dataset: answers }, device: 'onnx-cpu' }))
    .outputs.model!;
  const first = async (data: readonly object[], config: object = {}) => {
    const inputs = { model: tuned, reference: model, dataset: writeDataset(data) };
    const { logs } = await dpo({ max_steps: 1, per_device_train_batch_size: 5, ...config }, { inputs });
    return logs[0]!.values;
  };
  const before = await first(rows);
  const after = await first(swapped);
  t.ok(before['rewards/margins']! > 0.1 && before['rewards/accuracies']! > 0.5);
  t.ok(Math.abs(before['rewards/margins']! + after['rewards/margins']!) < 1e-5);
  t.ok(Math.abs(before['rewards/accuracies']! + after['rewards/accuracies']! - 1) < 1e-6);
  const scaled = await first(rows, { beta: 0.2 });
  t.ok(Math.abs(scaled['rewards/margins']! - 2 * before['rewards/margins']!) < 1e-5, 'rewards are scaled by beta');
});

t.test('reference_free rewards are log-probabilities', async (t) => {
  const { logs } = await dpo({ reference_free: true, max_steps: 1 });
  const { values } = logs[0]!;
  t.ok(Math.abs(values['rewards/chosen']! - 0.1 * values['logps/chosen']!) < 1e-5);
  await t.rejects(dpo({ reference_free: true }, { inputs: { model, dataset, reference: model } }), {
    code: 'reference-not-used',
  });
});

t.test('stopped and resumed, the bytes are those of a whole run', async (t) => {
  const whole = await dpo({ save_steps: 3, rpo_alpha: 0.5 });
  t.equal(whole.metrics.steps, 9);
  const scratch = t.testdir({});
  const abort = new AbortController();
  const onLog = (step: number) => step === 4 && abort.abort();
  const config = { save_steps: 3, rpo_alpha: 0.5 };
  await t.rejects(dpo(config, { scratch, signal: abort.signal, onLog }), { name: 'Stopped' });
  const resumed = await dpo(config, { scratch });
  t.equal(resumed.logs[0]!.step, 5);
  t.same(contents(resumed.outputs.model!), contents(whole.outputs.model!));
  t.same(resumed.metrics, whole.metrics);
});

t.test('gradient accumulation and adapters', async (t) => {
  // All of one padded length, so that the batches hold the same rows.
  const alike = ['Rome', 'Paris', 'Berlin', 'Madrid'].map((name) => ({
    prompt: 'Germany?',
    chosen: ' Berlin',
    rejected: ` The capital is ${name}`,
  }));
  const inputs = { model, dataset: writeDataset(alike) };
  const parts = await dpo({ per_device_train_batch_size: 2, gradient_accumulation_steps: 2 }, { inputs });
  const whole = await dpo({ per_device_train_batch_size: 4 }, { inputs });
  t.equal(parts.metrics.steps, whole.metrics.steps);
  const { tokens_per_second: _, ...readings } = whole.logs.at(-1)!.values;
  for (const [name, value] of Object.entries(readings)) {
    t.ok(Math.abs(parts.logs.at(-1)!.values[name]! - value) < 1e-3 * Math.max(1, Math.abs(value)), name);
  }
  const { outputs, metrics, logs } = await dpo({ adapter: { r: 2 }, num_train_epochs: 8 });
  t.ok(Math.abs(logs[0]!.values.loss! - Math.LN2) < 1e-5);
  t.ok(metrics.train_loss! < 0.69);
  t.same(readdirSync(outputs.adapter!).sort(), ['adapter_config.json', 'adapter_model.safetensors']);
});

t.test('what does not fit or teaches nothing is counted, or refused', async (t) => {
  const long = { prompt: 'Germany?', chosen: ' Berlin', rejected: ` ${'Vienna, which is a city. '.repeat(9)}` };
  const short = { prompt: 'Germany?', chosen: ' Berlin', rejected: ' Rome' };
  const same = { prompt: 'Germany?', chosen: ' Berlin', rejected: ' Berlin' };
  const inputs = { model, dataset: writeDataset([short, long, same]) };
  const counts = async (config: object) => (await dpo({ max_length: 20, max_steps: 1, ...config }, { inputs })).counts;
  t.same(await counts({}), { 'cut-at-max-length': 1, 'dropped-chosen-equals-rejected': 1 });
  t.same(await counts({ overlong: 'drop' }), {
    'dropped-over-max-length': 1,
    'dropped-chosen-equals-rejected': 1,
  });
  await t.rejects(counts({ overlong: 'error' }), { code: 'row-over-max-length', message: /Row 2/ });
  await t.rejects(counts({ max_length: 2 }), { code: 'no-preferences' });
  await t.rejects(dpo({}, { inputs: { model, dataset: writeDataset([same]) } }), { code: 'no-preferences' });
  await t.rejects(dpo({}, { inputs: { model, dataset: writeDataset([]) } }), { code: 'no-preferences' });
  const wrong = writeDataset([rows[0]!, { prompt: 'x', chosen: 'y' }]);
  await t.rejects(dpo({}, { inputs: { model, dataset: wrong } }), { message: /Row 2 .*rejected is missing/ });
  const validated = await dpo(
    { max_length: 20, max_steps: 1 },
    { inputs: { model, dataset, validation: inputs.dataset } },
  );
  t.equal(validated.counts['validation-cut-at-max-length'], 1);
});

t.test('settings that cannot be meant', async (t) => {
  const other = await makeModel({}, await makeTokenizer({ vocab_size: 290 }));
  await t.rejects(dpo({}, { inputs: { model, dataset, reference: other } }), { code: 'tokenizer-mismatch' });
  await t.rejects(dpo({ loss_type: 'ipo', label_smoothing: 0.1 }), { message: /no effect with loss_type ipo/ });
  await t.rejects(dpo({ loss_type: 'robust', label_smoothing: 0.5 }), { message: /below 0.5/ });
  await t.rejects(dpo({ label_smoothing: 0.7 }), { message: /label_smoothing/ });
});
