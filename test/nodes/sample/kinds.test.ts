import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sampleBestOfN } from '../../../nodes/sample/best-of-n.kind.js';
import { trainRejectionSampling } from '../../../nodes/sample/rejection-sampling.kind.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { withHead } from '../reward/tiny-reward-model.js';
import { type KindRun, readJsonl, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const dataset = writeDataset([
  { prompt: 'Capital of France?', topic: 1 },
  { prompt: 'Italy', completion: ' Rome' },
  { prompt: 'And of Spain, which is a country?' },
]);
const inputs = { model, dataset };
const vowels = { regex: { pattern: '[aeiou]' } };
const short = { length: { target: 6, unit: 'characters' } };
const drawing = { n: 4, max_new_tokens: 6, reward_funcs: [vowels, short], seed: 5 };

const sample = (config: object = {}, run: Partial<KindRun> = {}) =>
  runKind(sampleBestOfN, { inputs, device: 'onnx-cpu', ...run, config: { ...drawing, ...config } });

interface SampleRow {
  readonly prompt: string;
  readonly response: string;
  readonly sample: number;
  readonly score: number;
  readonly best: boolean;
}

t.test('the best of each prompt is kept, and all are shown', async (t) => {
  const { outputs, metrics } = await sample();
  const samples = readJsonl<SampleRow>(outputs.samples!);
  const best = readJsonl<Record<string, unknown>>(outputs.best!);
  t.equal(samples.length, 12);
  for (const { response, score } of samples) {
    const expected = (/[aeiou]/.test(response) ? 1 : 0) + 1 - Math.abs([...response].length - 6) / 6;
    t.ok(Math.abs(score - expected) < 1e-12, response);
  }
  for (const [index, row] of best.entries()) {
    const own = samples.slice(4 * index, 4 * index + 4);
    const [top] = [...own].sort((a, b) => b.score - a.score || a.sample - b.sample);
    t.match(row, { prompt: top!.prompt, completion: top!.response, score: top!.score });
    t.same(
      own.filter(({ best }) => best),
      [top],
    );
  }
  t.equal(best[0]!.topic, 1);
  t.equal(best[1]!.reference, ' Rome');
  const mean = (scores: readonly number[]) => scores.reduce((sum, score) => sum + score, 0) / scores.length;
  t.ok(Math.abs(metrics.reward_mean! - mean(samples.map(({ score }) => score))) < 1e-12);
  t.ok(Math.abs(metrics.best_reward_mean! - mean(best.map(({ score }) => score as number))) < 1e-12);
  t.ok(metrics.best_reward_gain! > 0);
  t.ok(Math.abs(metrics.kl_bound! - (Math.log(4) - 0.75)) < 1e-12);
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
});

t.test('a reward model scores, alone or beside functions', async (t) => {
  const reward_model = await withHead(model);
  const scores = async (config: object) => {
    const { outputs } = await sample(config, { inputs: { ...inputs, reward_model } });
    return readJsonl<SampleRow>(outputs.samples!).map(({ score }) => score);
  };
  const own = await scores({ reward_funcs: [] });
  t.ok(new Set(own).size > 6 && own.every(Number.isFinite));
  const functions = readJsonl<SampleRow>((await sample()).outputs.samples!).map(({ score }) => score);
  const both = await scores({ reward_model_weight: 0.5 });
  for (const [index, score] of both.entries()) {
    t.ok(Math.abs(score - (0.5 * own[index]! + functions[index]!)) < 1e-9);
  }
});

t.test('what the best are worth to functions that did not choose them', async (t) => {
  const { metrics, outputs } = await sample({ gold_reward_funcs: [vowels] });
  const best = readJsonl<{ completion: string }>(outputs.best!);
  const gold = best.filter(({ completion }) => /[aeiou]/.test(completion)).length / best.length;
  t.equal(metrics.best_gold_reward_mean, gold);
  t.ok(metrics.best_gold_reward_mean_low! <= gold && gold <= metrics.best_gold_reward_mean_high!);
  t.same(readJsonl((await sample()).outputs.best!), best, 'they change nothing');
  await t.rejects(sample({ gold_reward_funcs: [{}] }), { message: /gold_reward_funcs/ });
});

t.test('more responses are never worse, since the first of them are the same', async (t) => {
  const one = await sample({ n: 1 });
  const four = await sample();
  t.equal(one.metrics.best_reward_mean, one.metrics.reward_mean);
  t.ok(four.metrics.best_reward_mean! >= one.metrics.best_reward_mean!);
});

t.test('rejection sampling is the two nodes in one, and goes on where it was stopped', async (t) => {
  const learning = { learning_rate: 1e-2, num_train_epochs: 4, per_device_train_batch_size: 2, save_steps: 3 };
  const config = { ...drawing, ...learning };
  const whole = await runKind(trainRejectionSampling, { config, inputs, device: 'onnx-cpu' });
  const { outputs } = await sample();
  t.equal(readFileSync(whole.outputs.best!, 'utf8'), readFileSync(outputs.best!, 'utf8'));
  const two = await runKind(trainSupervised, {
    config: { ...learning, seed: 5 },
    inputs: { model, dataset: outputs.best! },
    device: 'onnx-cpu',
  });
  const contents = (folder: string) =>
    readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('hex'));
  t.same(contents(whole.outputs.model!), contents(two.outputs.model!));
  t.match(whole.metrics, { ...two.metrics, best_reward_mean: Number });

  const scratch = t.testdir({});
  const abort = new AbortController();
  const onLog = (step: number) => step === 4 && abort.abort();
  const run = { config, inputs, device: 'onnx-cpu', scratch };
  await t.rejects(runKind(trainRejectionSampling, { ...run, signal: abort.signal, onLog }), { name: 'Stopped' });
  let drew = false;
  const onProgress = ({ unit }: { readonly unit: string }) => {
    drew ||= unit === 'rows';
  };
  const resumed = await runKind(trainRejectionSampling, { ...run, onProgress });
  t.notOk(drew, 'nothing is drawn again');
  t.same(contents(resumed.outputs.model!), contents(whole.outputs.model!));
  t.same(resumed.metrics, whole.metrics);
});

t.test('rewards that say nothing are warned of, and none at all is an error', async (t) => {
  const constant = await sample({ reward_funcs: [{ regex: { pattern: '.*' } }] });
  t.match(constant.warnings, [/All 12 responses score 1/]);
  t.same((await sample()).warnings, []);
  await t.rejects(sample({ reward_funcs: [] }), { code: 'no-reward' });
  await t.rejects(sample({}, { inputs: { model, dataset: writeDataset([]) } }), { code: 'dataset-empty' });
  await t.rejects(sample({ reward_funcs: [{ regex: { pattern: '(' } }] }), { message: /no regular expression/ });
  const nothing = await sample({
    reward_funcs: [short],
    stop_strings: ['e', 'a', 'i', 't', 'o', 's', 'n', ' '],
    n: 1,
    seed: 2,
  });
  const rows = readJsonl<SampleRow>(nothing.outputs.samples!);
  const empty = rows.filter(({ response }) => response === '').length;
  t.equal(nothing.counts['dropped-empty-best-response'] ?? 0, empty);
  t.equal(readJsonl(nothing.outputs.best!).length, 3 - empty);
});
