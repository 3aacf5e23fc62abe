import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { evaluateReward } from '../../../nodes/reward/evaluate-reward.kind.js';
import { trainReward } from '../../../nodes/reward/train-reward.kind.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { readAll } from '../nn/tiny-llama.js';
import { type KindRun, readJsonl, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';
import { withHead } from './tiny-reward-model.js';

const model = await makeModel();
const responses = [' Paris', ' A river', ' Rome, which is a city', ' Madrid'];
/** The more a response speaks of rivers, the worse; that of Paris is the best. */
const rankings = ['France?', 'Italy is a country?', 'Spain?', 'Germany?', 'Austria, a country?'].map(
  (prompt, index) => ({
    prompt,
    responses,
    ranking: [0, 3, 2, 1],
    ...(index === 2 ? { ties: [[3, 2]] } : {}),
  }),
);
const pairs = rankings.map(({ prompt }) => ({ prompt, chosen: responses[0], rejected: responses[1] }));
const dataset = writeDataset(rankings);
const quick = { learning_rate: 1e-2, per_device_train_batch_size: 2, num_train_epochs: 4 };

const reward = (config: object = {}, run: Partial<KindRun> = {}) =>
  runKind(trainReward, { inputs: { model, dataset }, device: 'onnx-cpu', ...run, config: { ...quick, ...config } });
const evaluate = (inputs: { readonly model: string; readonly dataset: string }, config: object = {}) =>
  runKind(evaluateReward, { inputs, config: config as Record<string, unknown>, device: 'onnx-cpu' });

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]),
  );
}

const trained = await reward({ num_train_epochs: 12 }, { inputs: { model, dataset, validation: dataset } });
const rewardModel = trained.outputs.model!;

t.test('it learns the rankings, and tells by how much, by rank and how surely', async (t) => {
  const { metrics, logs, displays } = trained;
  t.ok(Math.abs(logs[0]!.values.loss! - Math.LN2) < 0.2, 'a fresh head knows next to nothing');
  t.ok(metrics.eval_accuracy! > 0.9 && metrics.eval_margin! > 0.5, JSON.stringify(metrics));
  for (const distance of [1, 2, 3]) t.ok(metrics[`eval_accuracy_distance_${distance}`]! > 0.8);
  t.ok(metrics.eval_ece! > 0 && metrics.eval_ece! < 0.5);
  t.match(displays['Calibration on the validation set'], /confidence +comparisons +mean confidence +accuracy/);
  t.same(JSON.parse(readFileSync(trained.outputs.metrics!, 'utf8')), metrics);
});

t.test('evaluation gives what training saw, and rewards of mean 0 and deviation 1', async (t) => {
  const { metrics, outputs } = await evaluate({ model: rewardModel, dataset });
  for (const name of ['accuracy', 'margin', 'loss', 'accuracy_distance_1', 'accuracy_distance_3', 'ece']) {
    t.ok(Math.abs(metrics[name]! - trained.metrics[`eval_${name}`]!) < 1e-4, name);
  }
  t.ok(Math.abs(metrics.score_mean!) < 1e-4 && Math.abs(metrics.score_std! - 1) < 1e-4);
  t.match(metrics, { prompts: 5, comparisons: 29, n: 20 });
  const scored = readJsonl<{ scores: number[] }>(outputs.scored!);
  t.same(
    scored.map(({ scores: _, ...row }) => row),
    rankings,
  );
  t.ok(scored.every(({ scores }) => scores.indexOf(Math.max(...scores)) === 0));

  const flat = writeDataset([
    { prompt: 'France?', response: ' Paris', id: 7 },
    { prompt: 'France?', completion: ' A river' },
    { prompt: 'France?', responses, id: 8 },
    { prompt: 'France?', chosen: ' Paris', rejected: ' A river' },
    { prompt: 'France?', response: '' },
  ]);
  const mixed = await evaluate({ model: rewardModel, dataset: flat }, { batch_size: 3 });
  const rows = readJsonl<Record<string, number>>(mixed.outputs.scored!);
  const [best, worst] = [scored[0]!.scores[0]!, scored[0]!.scores[1]!];
  const near = (a: unknown, b: number) => t.ok(Math.abs((a as number) - b) < 1e-4, `${a} is ${b}`);
  near(rows[0]!.score, best);
  near(rows[1]!.score, worst);
  for (const [index, score] of (rows[2]!.scores as unknown as number[]).entries())
    near(score, scored[0]!.scores[index]!);
  near(rows[3]!.chosen_score, best);
  near(rows[3]!.rejected_score, worst);
  t.match(rows[0], { id: 7 });
  t.match(mixed.metrics, { n: 9, prompts: 1, accuracy: 1 });
});

t.test('samples at `reference` set the scale', async (t) => {
  const samples = rankings.flatMap(({ prompt }) =>
    [' Vienna', ' Berlin'].map((completion) => ({ prompt, completion })),
  );
  const reference = writeDataset(samples);
  const { outputs, metrics } = await reward({ num_train_epochs: 2 }, { inputs: { model, dataset, reference } });
  const { lapidary } = JSON.parse(readFileSync(join(outputs.model!, 'config.json'), 'utf8'));
  t.same(lapidary, { reward_mean: metrics.reward_mean, reward_std: metrics.reward_std });
  const scored = await evaluate({ model: outputs.model!, dataset: reference });
  t.ok(Math.abs(scored.metrics.score_mean!) < 1e-4 && Math.abs(scored.metrics.score_std! - 1) < 1e-4);
  const raw = await reward({ num_train_epochs: 2, normalize_rewards: false });
  const json = JSON.parse(readFileSync(join(raw.outputs.model!, 'config.json'), 'utf8'));
  t.notOk('lapidary' in json);
  t.match(json, { architectures: ['LlamaForSequenceClassification'], num_labels: 1, id2label: { 0: 'LABEL_0' } });
});

t.test('pairs, margins and centering', async (t) => {
  const one = { max_steps: 1, per_device_train_batch_size: 5, normalize_rewards: false };
  const first = async (rows: readonly object[], config: object = {}) =>
    (await reward({ ...one, ...config }, { inputs: { model, dataset: writeDataset(rows) } })).logs[0]!.values;
  const plain = await first(pairs);
  const same = await first(pairs.map((row) => ({ ...row, margin: null })));
  t.same(same.loss, plain.loss);
  const wide = await first(pairs.map((row) => ({ ...row, margin: 1 })));
  t.equal(wide.margin, plain.margin);
  t.ok(wide.loss! > plain.loss! + 0.3);
  const centred = await first(pairs, { center_rewards_coefficient: 10 });
  t.ok(centred.loss! > plain.loss! && centred.grad_norm !== plain.grad_norm);
  const ranked = pairs.map(({ prompt, chosen, rejected }) => ({
    prompt,
    responses: [rejected, chosen],
    ranking: [1, 0],
  }));
  t.ok(Math.abs((await first(ranked)).loss! - plain.loss!) < 1e-6);
});

t.test('an adapter learns with the head; stopped and resumed, the bytes are those of a whole run', async (t) => {
  const config = { adapter: { r: 2 }, pooling: 'mean', save_steps: 3 };
  const whole = await reward(config, { inputs: { model, dataset, validation: dataset } });
  const json = JSON.parse(readFileSync(join(whole.outputs.adapter!, 'adapter_config.json'), 'utf8'));
  t.match(json, { task_type: 'SEQ_CLS', modules_to_save: ['score'] });
  const weights = await readAll(join(whole.outputs.model!, 'model.safetensors'));
  const before = await readAll(join(model, 'model.safetensors'));
  t.ok('score.weight' in weights);
  t.same(weights['model.norm.weight'], before['model.norm.weight'], 'what is not adapted stays');
  const scratch = t.testdir({});
  const abort = new AbortController();
  const onLog = (step: number) => step === 4 && abort.abort();
  const inputs = { model, dataset, validation: dataset };
  await t.rejects(reward(config, { inputs, scratch, signal: abort.signal, onLog }), { name: 'Stopped' });
  const resumed = await reward(config, { inputs, scratch });
  t.equal(resumed.logs[0]!.step, 5);
  t.same(contents(resumed.outputs.model!), contents(whole.outputs.model!));
  t.same(resumed.metrics, whole.metrics);
  t.match(JSON.parse(readFileSync(join(whole.outputs.model!, 'config.json'), 'utf8')).lapidary, { pooling: 'mean' });
});

t.test('a reward model goes on learning with its head', async (t) => {
  const first = await reward({ max_steps: 1 }, { inputs: { model: rewardModel, dataset } });
  t.ok(first.logs[0]!.values.accuracy! > 0.8);
});

t.test('what does not fit or teaches nothing is counted, or refused', async (t) => {
  const long = { prompt: 'Germany?', chosen: ' Berlin', rejected: ` ${'Vienna, which is a city. '.repeat(9)}` };
  const short = { prompt: 'Germany?', chosen: ' Berlin', rejected: ' Rome' };
  const same = { prompt: 'Germany?', chosen: ' Berlin', rejected: ' Berlin' };
  const twice = { prompt: 'Germany?', responses: [' Berlin', ' Rome', ' Rome'], ranking: [0, 1, 2] };
  const tied = { prompt: 'Germany?', responses: [' Berlin', ' Rome'], ranking: [0, 1], ties: [[0, 1]] };
  const inputs = { model, dataset: writeDataset([short, long, same, twice, tied]) };
  const counts = async (config: object) =>
    (await reward({ max_length: 20, max_steps: 1, ...config }, { inputs })).counts;
  const others = {
    'dropped-responses-are-equal': 1,
    'dropped-comparison-of-equal-responses': 1,
    'dropped-all-responses-tied': 1,
  };
  t.same(await counts({}), { 'dropped-over-max-length': 1, ...others });
  t.same(await counts({ overlong: 'truncate' }), { 'cut-at-max-length': 1, ...others });
  await t.rejects(counts({ overlong: 'error' }), { code: 'row-over-max-length', message: /Row 2/ });
  const bad = (row: object) => reward({}, { inputs: { model, dataset: writeDataset([short, row]) } });
  await t.rejects(bad({ prompt: 'x', responses: ['a'], ranking: [0] }), { message: /Row 2 .*responses.*at least 2/ });
  await t.rejects(bad({ prompt: 'x', responses: ['a', 'b'], ranking: [0, 1], ties: [[0, 2]] }), { message: /ties/ });
  await t.rejects(bad({ prompt: 'x', chosen: 'y' }), { message: /Row 2 .*rejected is missing/ });
  for (const rows of [[same], [tied], []]) {
    await t.rejects(reward({}, { inputs: { model, dataset: writeDataset(rows) } }), { code: 'no-preferences' });
  }
  const scores = (row: object) => evaluate({ model: rewardModel, dataset: writeDataset([row]) });
  await t.rejects(scores({ prompt: 'x' }), { message: /Row 1 .*completion is missing/ });
  await t.rejects(scores({ prompt: 'x', response: 3 }), { message: /must be a string/ });
  await t.rejects(scores({ prompt: 'x', responses: [null] }), { message: /responses\[0\]/ });
  await t.rejects(evaluate({ model: rewardModel, dataset: writeDataset([]) }), { code: 'dataset-empty' });
});

t.test('one sort of model in the place of another', async (t) => {
  const classes = await withHead(model, { labels: ['a', 'b'] });
  await t.rejects(evaluate({ model, dataset }), { code: 'not-a-classifier' });
  await t.rejects(evaluate({ model: classes, dataset }), { code: 'not-a-reward-model' });
  await t.rejects(reward({}, { inputs: { model: classes, dataset } }), { code: 'not-a-reward-model' });
  const answers = writeDataset([{ prompt: 'a', completion: 'b' }]);
  await t.rejects(runKind(trainSupervised, { inputs: { model: rewardModel, dataset: answers } }), {
    code: 'not-a-language-model',
  });
});

t.test('a reward that is constant is told of', async (t) => {
  const equal = writeDataset([
    { prompt: 'France?', response: ' Paris' },
    { prompt: 'France?', response: ' Paris' },
  ]);
  const { warnings, metrics } = await evaluate({ model: rewardModel, dataset: equal });
  t.match(warnings[0], /same score/);
  t.equal(metrics.n, 2);
});
