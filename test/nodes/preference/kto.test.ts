import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { overSides } from '../../../nodes/preference/kto.js';
import { trainKto } from '../../../nodes/preference/kto.kind.js';
import { type KindRun, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const pairs = [
  { prompt: 'Capital of France?', chosen: ' Paris', rejected: ' A river runs through the city' },
  { prompt: 'Capital of Italy?', chosen: ' Rome', rejected: ' The capital of Spain' },
  { prompt: 'And of Spain, which is a country?', chosen: ' Madrid', rejected: ' Berlin' },
  { prompt: 'Germany?', chosen: ' Berlin', rejected: ' Vienna, which is a city' },
];
const thumbs = pairs.flatMap(({ prompt, chosen, rejected }) => [
  { prompt, completion: chosen, label: true },
  { prompt, completion: rejected, label: false },
]);
const dataset = writeDataset(thumbs);
const quick = { learning_rate: 1e-2, per_device_train_batch_size: 3, num_train_epochs: 3 };

const kto = (config: object = {}, run: Partial<KindRun> = {}) =>
  runKind(trainKto, { inputs: { model, dataset }, device: 'onnx-cpu', ...run, config: { ...quick, ...config } });

const contents = (folder: string) =>
  readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('hex'));

t.test('it begins at ½ with rewards of 0, and learns what is good', async (t) => {
  const { logs, metrics } = await kto({ num_train_epochs: 12 }, { inputs: { model, dataset, validation: dataset } });
  t.ok(Math.abs(logs[0]!.values.loss! - 0.5) < 1e-5);
  t.equal(logs[0]!.values.kl, 0);
  t.ok(metrics['eval_rewards/margins']! > 0.3 && metrics.eval_loss! < 0.45, JSON.stringify(metrics));
  t.ok(metrics['eval_rewards/chosen']! > metrics['eval_rewards/rejected']!);
  t.ok(logs.some(({ values }) => values.kl! > 0));
  t.notOk('eval_share/chosen' in metrics);
});

t.test('weights make one side matter more, and pairs are taken apart', async (t) => {
  const first = async (config: object, data = dataset) =>
    (await kto({ max_steps: 1, per_device_train_batch_size: 8, ...config }, { inputs: { model, dataset: data } }))
      .logs[0]!.values;
  t.ok(Math.abs((await first({ desirable_weight: 2, undesirable_weight: 0.5 })).loss! - 0.625) < 1e-5);
  const { tokens_per_second: _, ...apart } = await first({}, writeDataset(pairs));
  t.match(await first({}), apart);
});

t.test('stopped and resumed, the bytes are those of a whole run', async (t) => {
  const config = { save_steps: 3, gradient_accumulation_steps: 2 };
  const whole = await kto(config);
  const scratch = t.testdir({});
  const abort = new AbortController();
  const onLog = (step: number) => step === 4 && abort.abort();
  await t.rejects(kto(config, { scratch, signal: abort.signal, onLog }), { name: 'Stopped' });
  const resumed = await kto(config, { scratch });
  t.equal(resumed.logs[0]!.step, 5);
  t.same(contents(resumed.outputs.model!), contents(whole.outputs.model!));
});

t.test('what cannot teach is refused, warned of or counted', async (t) => {
  const good = thumbs.filter(({ label }) => label);
  const short = good.slice(0, 2);
  const only = (rows: readonly object[], config = {}) =>
    kto({ max_steps: 1, ...config }, { inputs: { model, dataset: writeDataset(rows) } });
  t.match((await only(good)).warnings, [/All 4 answers are good/]);
  t.same((await kto({ max_steps: 1 })).warnings, []);
  await t.rejects(only(thumbs.slice(0, 1)), { code: 'one-answer' });
  await t.rejects(only([]), { code: 'no-preferences' });
  await t.rejects(only([{ prompt: 'x', completion: 'y', label: 1 }]), {
    message: /Row 1 .*label must be true or false/,
  });
  await t.rejects(only([thumbs[0]!, { prompt: 'x', chosen: 'y' }]), { message: /Row 2 .*rejected is missing/ });
  await t.rejects(kto({ per_device_train_batch_size: 1 }), { message: /must be above 1/ });
  const long = { prompt: 'Germany?', completion: ` ${'Vienna, which is a city. '.repeat(9)}`, label: false };
  t.same((await only([...short, long], { max_length: 20 })).counts, { 'cut-at-max-length': 1 });
  t.same((await only([...short, long], { max_length: 20, overlong: 'drop' })).counts, { 'dropped-over-max-length': 1 });
});

t.test('means are taken over each side', async (t) => {
  const means = { loss: 3, kl: 1, 'share/chosen': 0.25, 'rewards/chosen': 0.5, 'rewards/rejected': -0.75 };
  t.same(overSides(means), { loss: 3, kl: 1, 'rewards/chosen': 2, 'rewards/rejected': -1, 'rewards/margins': 3 });
  t.same(overSides({ ...means, 'share/chosen': 0, 'rewards/chosen': 0 }), {
    loss: 3,
    kl: 1,
    'rewards/rejected': -0.75,
  });
});
