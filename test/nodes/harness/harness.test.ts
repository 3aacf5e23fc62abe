import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import t, { type Test } from 'tap';
import { evaluateHarness } from '../../../nodes/harness/harness.kind.js';
import { readJsonl, runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';
import { makeHarnessModel } from './harness-model.js';

const fixtures = resolve('test/nodes/harness/fixtures');
const expected = JSON.parse(readFileSync(join(fixtures, 'lm-eval.json'), 'utf8')) as {
  readonly tasks: Readonly<Record<string, Expected>>;
};

interface Expected {
  readonly metrics: Readonly<Record<string, number>>;
  readonly samples: readonly ExpectedSample[];
}

interface ExpectedSample {
  readonly prompt: string;
  readonly filter: string;
  readonly loglikelihoods?: readonly number[];
  readonly response?: string;
  readonly filtered?: string;
  readonly acc?: number;
  readonly acc_norm?: number;
  readonly exact_match?: number;
}

const model = await makeHarnessModel();
const tasks = ['choices.yaml', 'fixed-choices.yaml', 'greedy-choices.yaml', 'continue.yaml', 'generate.yaml'];
const files = ['base.yaml', ...tasks, 'examples.jsonl', 'capitals.jsonl', 'continuations.jsonl'];
const sourcesIn = (folder: string, names: readonly string[]) =>
  names.map((name) => ({ name, path: join(folder, name) }));
const quick = { bootstrap_resamples: 50 };

const evaluate = (task: string, config: object = {}, inputs: Readonly<Record<string, string>> = {}) =>
  runKind(evaluateHarness, {
    config: { ...quick, task, files, ...config },
    inputs: { model, ...inputs },
    sources: sourcesIn(fixtures, files),
    device: 'onnx-cpu',
  });

for (const name of ['choices', 'fixed-choices', 'greedy-choices']) {
  t.test(`${name}: likelihoods and choices are those of lm-evaluation-harness`, async (t) => {
    const { metrics, outputs } = await evaluate(`${name}.yaml`);
    const found = readJsonl<ExpectedSample>(outputs.samples!);
    const { samples, metrics: wanted } = expected.tasks[name]!;
    t.equal(found.length, samples.length);
    for (const [index, sample] of samples.entries()) {
      const own = found[index]!;
      t.equal(own.prompt, sample.prompt);
      const apart = sample.loglikelihoods!.map((value, choice) => Math.abs(value - own.loglikelihoods![choice]!));
      t.ok(Math.max(...apart) < 1e-4, `off by ${Math.max(...apart)}`);
      for (const metric of ['acc', 'acc_norm', 'exact_match'] as const) t.equal(own[metric], sample[metric]);
    }
    for (const metric of ['acc', 'acc_norm', 'exact_match']) t.equal(metrics[metric], wanted[`${metric},none`]);
    t.equal(metrics.n, samples.length);
    t.ok(metrics.acc_low! <= metrics.acc! && metrics.acc! <= metrics.acc_high!);
  });
}

t.test('continuations: likelihoods, and what the model would have said', async (t) => {
  const { metrics, outputs } = await evaluate('continue.yaml');
  const found = readJsonl<{ prompt: string; reference: string; loglikelihood: number; acc: number }>(outputs.samples!);
  const { samples, metrics: wanted } = expected.tasks.continue!;
  for (const [index, { prompt, loglikelihoods, acc }] of samples.entries()) {
    t.match(found[index], { prompt, acc });
    t.ok(Math.abs(found[index]!.loglikelihood - loglikelihoods![0]!) < 1e-4);
  }
  t.equal(metrics.acc, wanted['acc,none']);
  t.ok(metrics.acc! > 0 && metrics.acc! < 1);
  t.ok(Math.abs(metrics.perplexity! / wanted['perplexity,none']! - 1) < 1e-4);
  t.ok(metrics.perplexity_low! < metrics.perplexity! && metrics.perplexity! < metrics.perplexity_high!);
});

t.test('responses, filters and exact matches are those of lm-evaluation-harness', async (t) => {
  const { metrics, outputs } = await evaluate('generate.yaml');
  const found = readJsonl<Record<string, unknown> & { readonly filtered: Record<string, string> }>(outputs.samples!);
  const { samples, metrics: wanted } = expected.tasks.generate!;
  t.equal(samples.length, 2 * found.length, 'two filters');
  for (const [index, sample] of samples.entries()) {
    const own = found[Math.floor(index / 2)]!;
    t.match(own, { prompt: sample.prompt, response: sample.response });
    t.equal(own.filtered[sample.filter], sample.filtered);
    t.equal(own[`exact_match,${sample.filter}`], sample.exact_match);
  }
  for (const name of ['exact_match,first', 'exact_match,last']) t.equal(metrics[name], wanted[name]);
  t.ok(metrics['exact_match,first']! > 0 && metrics['exact_match,last']! > 0, 'some are right');
});

t.test('documents of a dataset, other examples, and a limit', async (t) => {
  const row = { continent: 'Asia', country: 'India', capital: 'Delhi', cities: { text: ['Delhi', 'Agra'] } };
  const inputs = { dataset: writeDataset([row, row]), fewshot: writeDataset([{ ...row, country: 'Bharat' }]) };
  const { outputs, metrics } = await evaluate('choices.yaml', { num_fewshot: 1, limit: 1 }, inputs);
  const [sample] = readJsonl<{ prompt: string; doc: object }>(outputs.samples!);
  t.match(
    sample!.prompt,
    /^Capitals of Asia\.\n\nQuestion: what is the capital of Bharat\?[\s\S]* Delhi\n\nQuestion: .*India/,
  );
  t.same(sample!.doc, row);
  t.equal(metrics.n, 1);
  await t.rejects(evaluate('choices.yaml', {}, inputs), {
    code: 'harness-examples',
    message: /2 examples.*there are 1/,
  });
  await t.rejects(evaluate('choices.yaml', {}, { dataset: inputs.dataset }), {
    code: 'harness-examples',
    hint: /num_fewshot: 0/,
  });
});

/** Evaluates a task of its own, made of `choices.yaml`. */
const evaluateText = async (t: Test, yaml: string, others: Readonly<Record<string, string>> = {}, config = {}) => {
  const folder = t.testdir({});
  const written = { 'own/task.yaml': yaml, ...others };
  for (const [name, text] of Object.entries(written)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  for (const name of files) cpSync(join(fixtures, name), join(folder, name));
  return runKind(evaluateHarness, {
    config: { ...quick, task: 'own/task.yaml', num_fewshot: 0, limit: 2, ...config },
    inputs: { model },
    sources: sourcesIn(folder, [...Object.keys(written), ...files]),
    device: 'onnx-cpu',
  });
};

t.test('what cannot be done as there is refused by its name', async (t) => {
  const rejects = async (line: string, message: RegExp, code = 'harness-unsupported', config = {}) =>
    t.rejects(evaluateText(t, `include: ../choices.yaml\n${line}\n`, {}, config), { code, message }, line);
  await rejects('process_docs: !function utils.process_docs', /process_docs/);
  await rejects('doc_to_text: !function utils.text', /doc_to_text: !function utils.text/);
  await rejects('output_type: loglikelihood_rolling', /output_type: loglikelihood_rolling/);
  await rejects('repeats: 3', /repeats: 3/);
  await rejects('gen_prefix: "A:"', /gen_prefix/);
  await rejects('metric_list: [{ metric: brier_score }]', /the metric "brier_score" of multiple_choice/);
  await rejects('metric_list: [{ metric: acc, aggregation: median }]', /aggregation: "median" of acc/);
  await rejects('fewshot_config: { sampler: default }', /sampler "default"/, undefined, { num_fewshot: 1 });
  await rejects('dataset_path: allenai/sciq', /dataset_path: allenai\/sciq/);
  await rejects('dataset_kwargs: { data_dir: x }', /dataset_kwargs.data_dir/);
  await rejects('doc_to_text: "{{ cities }}"', /doc_to_text must give a text/, 'field-unfit');
  await rejects('doc_to_text: "in {{ cities.text }}"', /document 1: a array is printed/, 'harness-template');
  await rejects('doc_to_text: "{{ mayor }}"', /document 1/, 'harness-template');
  await rejects('doc_to_target: Atlantis', /document 1|Document 1: doc_to_target must give the index/, 'field-unfit');
  await rejects('doc_to_choice: [one]', /doc_to_choice must give a list of two/, 'field-unfit');
  await rejects('test_split: dev', /no data_files for the split dev/, 'harness-split-missing');
  await rejects('num_fewshot: [', /not valid YAML/, 'harness-task-invalid');
  await rejects('target_delimiter: 5', /target_delimiter must be a text, not the number 5/, 'harness-task-invalid');
  const generate = async (line: string, message: RegExp, code = 'harness-unsupported') =>
    t.rejects(evaluateText(t, `include: ../generate.yaml\n${line}\n`), { code, message }, line);
  await generate('filter_list: [{ name: x, filter: [{ function: majority_vote }] }]', /filter "majority_vote"/);
  await generate('generation_kwargs: { until: x, guidance: 2 }', /generation_kwargs.guidance/);
  await generate(
    'generation_kwargs: { max_gen_toks: 256 }',
    /256 tokens, and the model has 256/,
    'no-room-for-prompts',
  );
  await generate('metric_list: [{ metric: exact_match, stem: true }]', /stem of exact_match/);
  const complete = async (line: string, message: RegExp, code?: string) =>
    t.rejects(evaluateText(t, `include: ../continue.yaml\n${line}\n`), {
      code: code ?? 'harness-unsupported',
      message,
    });
  await complete('metric_list: [{ metric: acc_norm }]', /"acc_norm" of loglikelihood/);
  await complete('metric_list: [{ metric: perplexity, aggregation: mean }]', /aggregation: "mean" of perplexity/);
  await complete('doc_to_target: [" a", " b"]', /one text/, 'field-unfit');
});

t.test('files that are not there', async (t) => {
  await t.rejects(evaluateText(t, 'include: missing.yaml\n'), {
    code: 'harness-file-missing',
    message: /own\/missing/,
  });
  await t.rejects(evaluateText(t, 'include: task.yaml\n'), { code: 'harness-include-cycle' });
  await t.rejects(evaluateText(t, '- 1\n'), { code: 'harness-task-invalid', message: /must hold a task/ });
  const yaml = 'include: ../choices.yaml\ndataset_kwargs: { data_files: { test: rows.json } }\n';
  await t.rejects(evaluateText(t, yaml), { code: 'harness-file-missing', message: /reads rows.json/ });
  const rows = readFileSync(join(fixtures, 'capitals.jsonl'), 'utf8').trim().split('\n');
  for (const text of [`[${rows.join(',')}]`, rows.join('\n')]) {
    const { metrics } = await evaluateText(t, yaml, { 'own/rows.json': text });
    t.equal(metrics.n, 2, 'a list or lines, beside the task');
  }
  await t.rejects(evaluateText(t, yaml, { 'own/rows.json': '' }), { code: 'dataset-empty' });
});
