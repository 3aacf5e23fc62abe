import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { evaluateClassification } from '../../../nodes/classifier/evaluate-classification.kind.js';
import { trainClassifier } from '../../../nodes/classifier/train-classifier.kind.js';
import { withHead } from '../reward/tiny-reward-model.js';
import { type KindRun, readJsonl, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const river = ['A river runs through the city', 'A river', 'The river is a city', 'What is a river', 'river of Prague'];
const capital = ['The capital of France', 'Paris is a capital', 'What is the capital'];
const rows = [
  ...capital.map((text) => ({ text, label: 'capital' })),
  ...river.map((text) => ({ text, label: 'river' })),
];
const tagged = [
  ...river.map((text) => ({ text, labels: ['river'] })),
  ...capital.map((text) => ({ text, labels: ['capital'] })),
  { text: 'The river of the capital', labels: ['capital', 'river'] },
  { text: 'Vienna', labels: [] },
];
const dataset = writeDataset(rows);
const quick = { learning_rate: 1e-2, per_device_train_batch_size: 4, num_train_epochs: 12 };

const classifier = (config: object = {}, run: Partial<KindRun> = {}) =>
  runKind(trainClassifier, { inputs: { model, dataset }, device: 'onnx-cpu', ...run, config: { ...quick, ...config } });
const evaluate = (of: string, data: readonly object[], config: object = {}) =>
  runKind(evaluateClassification, {
    inputs: { model: of, dataset: writeDataset(data) },
    config: config as Record<string, unknown>,
    device: 'onnx-cpu',
  });
const configOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
const contents = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]));

const trained = await classifier({}, { inputs: { model, dataset, validation: dataset } });
const tuned = trained.outputs.model!;

t.test('one label a text', async (t) => {
  t.equal(trained.metrics.eval_accuracy, 1, JSON.stringify(trained.metrics));
  t.ok(Math.abs(trained.logs[0]!.values.loss! - Math.LN2) < 0.1);
  t.match(trained.displays.labels, /capital +3 +1\nriver +5 +1/);
  t.match(configOf(tuned), {
    architectures: ['LlamaForSequenceClassification'],
    id2label: { 0: 'capital', 1: 'river' },
    problem_type: 'single_label_classification',
  });
  const { metrics, outputs, displays } = await evaluate(tuned, rows, { batch_size: 3 });
  t.match(metrics, { accuracy: 1, f1_macro: 1, matthews_correlation: 1, roc_auc: 1, pr_auc: 1, n: 8 });
  t.ok(Math.abs(metrics.log_loss! - trained.metrics.eval_loss!) < 1e-5);
  t.match(displays['confusion matrix: right labels down, given labels across'], /capital +3 +0\nriver +0 +5/);
  const predictions = readJsonl<{ predicted: string; probabilities: Record<string, number> }>(outputs.predictions!);
  for (const [index, { predicted, probabilities, ...row }] of predictions.entries()) {
    t.same(row, rows[index]);
    t.equal(predicted, rows[index]!.label);
    t.ok(probabilities[predicted]! > 0.5);
    t.ok(Math.abs(probabilities.capital! + probabilities.river! - 1) < 1e-6);
  }
  const report = readFileSync(outputs.report!, 'utf8');
  t.match(report, /## metrics\n\n\| metric/);
  t.match(report, /\| river +\| +0 \| +5 \|/);
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
});

t.test('texts without labels are put under labels, and not measured', async (t) => {
  const { metrics, outputs } = await evaluate(tuned, [{ text: 'A river' }, { text: 'The capital' }]);
  t.same(metrics, { n: 2 });
  t.same(
    readJsonl<{ predicted: string }>(outputs.predictions!).map(({ predicted }) => predicted),
    ['river', 'capital'],
  );
  await t.rejects(evaluate(tuned, [{ text: 'A river' }, rows[0]!]), { message: /Row 1 .*no label, and others have/ });
});

t.test('any number of labels', async (t) => {
  const { outputs, metrics } = await classifier(
    { num_train_epochs: 25, pooling: 'mean' },
    { inputs: { model, dataset: writeDataset(tagged), validation: writeDataset(tagged) } },
  );
  t.ok(metrics.eval_accuracy! >= 0.9, JSON.stringify(metrics));
  t.match(configOf(outputs.model!), { problem_type: 'multi_label_classification', lapidary: { pooling: 'mean' } });
  const evaluated = await evaluate(outputs.model!, tagged);
  t.equal(evaluated.metrics.accuracy, metrics.eval_accuracy);
  t.ok(evaluated.metrics.hamming_loss! < 0.06);
  const predictions = readJsonl<{ predicted: string[] }>(evaluated.outputs.predictions!);
  t.same(predictions[8]!.predicted, ['capital', 'river']);
  t.same(predictions[9]!.predicted, []);
  const bold = await evaluate(outputs.model!, tagged, { threshold: 1e-6 });
  t.equal(bold.metrics.recall_micro, 1);
  t.ok(bold.metrics.precision_micro! < 0.6);
});

t.test('weights of labels change what is learned, and accuracy is of texts all the same', async (t) => {
  const first = async (config: object) =>
    (await classifier({ max_steps: 1, per_device_train_batch_size: 8, ...config })).logs[0]!.values;
  const plain = await first({});
  const balanced = await first({ class_weights: 'balanced' });
  t.ok(Math.abs(balanced.loss! - plain.loss!) > 1e-5);
  t.equal(balanced.accuracy, plain.accuracy);
  t.equal((await first({ class_weights: { capital: 8 / 6, river: 8 / 10 } })).grad_norm, balanced.grad_norm);
  t.match((await classifier({ max_steps: 1, class_weights: 'balanced' })).displays.labels, /capital +3 +1\.333/);
});

t.test('accumulated, the weights count over the whole update', async (t) => {
  // All of one padded length, so that the batches hold the same rows.
  const short = writeDataset(rows.map(({ label }, index) => ({ text: `A city${index}`, label })));
  const inputs = { model, dataset: short };
  const weighted = { class_weights: 'balanced', num_train_epochs: 2 };
  const parts = await classifier(
    { ...weighted, per_device_train_batch_size: 2, gradient_accumulation_steps: 4 },
    { inputs },
  );
  const whole = await classifier({ ...weighted, per_device_train_batch_size: 8 }, { inputs });
  t.equal(parts.metrics.steps, whole.metrics.steps);
  for (const [name, value] of Object.entries(whole.logs.at(-1)!.values)) {
    if (!['loss', 'grad_norm', 'accuracy'].includes(name)) continue;
    t.ok(Math.abs(parts.logs.at(-1)!.values[name]! - value) < 1e-3 * Math.max(1, Math.abs(value)), name);
  }
});

t.test('a classifier goes on with its head and labels; given labels have their order', async (t) => {
  const again = await classifier({ max_steps: 1 }, { inputs: { model: tuned, dataset } });
  t.ok(again.logs[0]!.values.accuracy! > 0.9);
  const given = await classifier({ max_steps: 1, labels: ['river', 'lake', 'capital'] });
  t.same(Object.values(configOf(given.outputs.model!).id2label), ['river', 'lake', 'capital']);
  t.match(given.warnings[0], /lake/);
  const first = await classifier({ max_steps: 1, label_order: 'appearance' });
  t.same(Object.values(configOf(first.outputs.model!).id2label), ['capital', 'river']);
  const { warnings } = await evaluate(given.outputs.model!, rows);
  t.match(warnings[0], /lake.*leave it out/);
  const other = { inputs: { model: tuned, dataset: writeDataset([...rows, { text: 'Vienna', label: 'city' }]) } };
  await t.rejects(classifier({}, other), { code: 'unknown-label', message: /Row 9 .*"city"/ });
  await t.rejects(classifier({ labels: ['river', 'capital'] }, { inputs: { model: tuned, dataset } }), {
    code: 'head-mismatch',
  });
  await t.rejects(classifier({ problem_type: 'multi_label_classification' }, { inputs: { model: tuned, dataset } }), {
    code: 'head-mismatch',
  });
});

t.test('an adapter learns with the head; stopped and resumed, the bytes are those of a whole run', async (t) => {
  const config = { adapter: { r: 2 }, num_train_epochs: 3, save_steps: 2, class_weights: 'balanced' };
  const whole = await classifier(config);
  t.match(JSON.parse(readFileSync(join(whole.outputs.adapter!, 'adapter_config.json'), 'utf8')), {
    task_type: 'SEQ_CLS',
  });
  const scratch = t.testdir({});
  const abort = new AbortController();
  const onLog = (step: number) => step === 3 && abort.abort();
  await t.rejects(classifier(config, { scratch, signal: abort.signal, onLog }), { name: 'Stopped' });
  const resumed = await classifier(config, { scratch });
  t.equal(resumed.logs[0]!.step, 4);
  t.same(contents(resumed.outputs.model!), contents(whole.outputs.model!));
});

t.test('what does not fit is counted, or refused', async (t) => {
  const long = { text: 'The capital of Italy is Rome. '.repeat(9), label: 'capital' };
  const inputs = { model, dataset: writeDataset([...rows, long]) };
  const counts = async (config: object) =>
    (await classifier({ max_length: 20, max_steps: 1, ...config }, { inputs })).counts;
  t.same(await counts({}), { 'cut-at-max-length': 1 });
  t.same(await counts({ overlong: 'drop' }), { 'dropped-over-max-length': 1 });
  await t.rejects(counts({ overlong: 'error' }), { code: 'row-over-max-length', message: /Row 9/ });
  const refused = (data: readonly object[], config: object = {}) =>
    classifier(config, { inputs: { model, dataset: writeDataset(data) } });
  await t.rejects(refused([]), { code: 'dataset-empty' });
  await t.rejects(refused([rows[0]!, rows[0]!]), { code: 'one-label', message: /capital/ });
  await t.rejects(refused([rows[0]!, { text: 'x' }]), { message: /Row 2 .*label is missing/ });
  await t.rejects(refused(tagged, { problem_type: 'single_label_classification' }), { code: 'labels-mismatch' });
  await t.rejects(refused(rows, { class_weights: { lake: 2 } }), { code: 'unknown-label' });
  await t.rejects(refused(rows, { class_weights: { river: 0 } }), { message: /class_weights/ });
  await t.rejects(refused(rows, { labels: ['a'], label_order: 'appearance' }), {
    message: /label_order has no effect/,
  });
  await t.rejects(evaluate(tuned, [{ text: 'x', label: 'lake' }]), { code: 'unknown-label' });
  await t.rejects(evaluate(tuned, tagged), { code: 'labels-mismatch' });
  await t.rejects(evaluate(model, rows), { code: 'not-a-classifier' });
  await t.rejects(evaluate(await withHead(model), rows), { code: 'not-a-classifier', hint: /evaluate.reward/ });
});
