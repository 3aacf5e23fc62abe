import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openSafetensors } from '../../../nodes/format/safetensors.js';
import { writeSafetensors } from '../../../nodes/format/safetensors-writer.js';
import type { HostTensor } from '../../../nodes/tensor/device.js';
import { trainSelfSupervised } from '../../../nodes/train/self-supervised.kind.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { type KindRun, runKind } from '../run-kind.js';
import { makeModel, sentences, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const texts = writeDataset(sentences.map((text) => ({ text })));
const questions = writeDataset([
  { prompt: 'The capital of France is', completion: ' Paris' },
  { prompt: 'The capital of Italy is', completion: ' Rome' },
  { prompt: 'Germany?', completion: ' Berlin' },
  { prompt: 'Austria?', completion: ' Vienna, which is a city' },
  { prompt: 'Spain?', completion: ' Madrid' },
]);
const quick = { learning_rate: 1e-2, per_device_train_batch_size: 2, max_length: 24, num_train_epochs: 4 };

/** Every file of a folder, with its bytes. */
function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]),
  );
}

t.test('self-supervised training lowers the loss, on both devices alike', async (t) => {
  const run = (device: string) =>
    runKind(trainSelfSupervised, { config: quick, inputs: { model, dataset: texts, validation: texts }, device });
  const { metrics, logs, outputs, counts } = await run('reference');
  const first = logs[0]!.values.loss!;
  t.ok(first > 5 && metrics.train_loss! < first - 0.5, `${first} → ${metrics.train_loss}`);
  t.ok(metrics.eval_loss! < metrics.train_loss!, 'after the epoch the loss is lower than during it');
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
  t.equal(logs.length, metrics.steps! + 1, 'every step, and the evaluation');
  t.ok(counts['split-at-max-length']! > 0);
  t.same(readdirSync(outputs.model!).sort(), readdirSync(model).sort());
  const compiled = await run('onnx-cpu');
  t.equal(compiled.environment.device, 'onnx-cpu');
  t.ok(Math.abs(compiled.metrics.train_loss! - metrics.train_loss!) < 1e-3);
  t.ok(Math.abs(compiled.metrics.eval_loss! - metrics.eval_loss!) < 1e-3);
});

t.test('two runs give the same bytes', async (t) => {
  for (const device of ['reference', 'onnx-cpu']) {
    const run = () => runKind(trainSupervised, { config: quick, inputs: { model, dataset: questions }, device });
    t.same(contents((await run()).outputs.model!), contents((await run()).outputs.model!), device);
  }
});

t.test('packed or padded, supervised training reads the same tokens', async (t) => {
  const run = (packing: boolean) =>
    runKind(trainSupervised, { config: { ...quick, packing }, inputs: { model, dataset: questions } });
  const packed = await run(true);
  const padded = await run(false);
  t.equal(packed.metrics.tokens! / 4, padded.metrics.tokens! / 4);
  t.ok(packed.metrics.steps! < padded.metrics.steps!);
});

for (const [kind, inputs] of [
  [trainSelfSupervised, { model, dataset: texts }],
  [trainSupervised, { model, dataset: questions }],
] as const) {
  t.test(`${kind.name}: stopped at any step and resumed, the bytes are those of a whole run`, async (t) => {
    const config = { ...quick, num_train_epochs: 3, warmup_steps: 2, save_steps: 4 };
    const whole = await runKind(kind, { config, inputs, device: 'onnx-cpu' });
    const steps = whole.metrics.steps!;
    t.ok(steps >= 9, `${steps} steps`);
    for (let stop = 1; stop < steps; stop += 3) {
      const scratch = t.testdir({});
      const abort = new AbortController();
      const stopping: KindRun = {
        config,
        inputs,
        scratch,
        device: 'onnx-cpu',
        signal: abort.signal,
        onLog: (step) => step === stop && abort.abort(),
      };
      await t.rejects(runKind(kind, stopping), { name: 'Stopped' });
      t.same(
        readdirSync(scratch).filter((name) => name.startsWith('checkpoint')),
        [`checkpoint-${stop}`],
      );
      const resumed = await runKind(kind, { config, inputs, scratch, device: 'onnx-cpu' });
      t.equal(resumed.logs[0]!.step, stop + 1, 'nothing is done again');
      t.same(contents(resumed.outputs.model!), contents(whole.outputs.model!), `stopped at step ${stop}`);
      t.same(resumed.metrics, whole.metrics);
    }
  });
}

t.test('a checkpoint that was damaged, or made on another device, is not continued', async (t) => {
  const config = { ...quick, num_train_epochs: 3 };
  const scratch = t.testdir({});
  const abort = new AbortController();
  const inputs = { model, dataset: questions };
  await t.rejects(
    runKind(trainSupervised, { config, inputs, scratch, signal: abort.signal, onLog: () => abort.abort() }),
    { name: 'Stopped' },
  );
  const elsewhere = await runKind(trainSupervised, { config, inputs, scratch, device: 'onnx-cpu' });
  t.equal(elsewhere.logs[0]!.step, 1);
  t.match(elsewhere.warnings[0], /made on reference/);
  const file = join(scratch, 'checkpoint-1', 'state.safetensors');
  const bytes = readFileSync(file);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file, bytes);
  t.equal((await runKind(trainSupervised, { config, inputs, scratch })).logs[0]!.step, 1);
});

t.test('a loss that is no number stops the run', async (t) => {
  const broken = t.testdir({});
  for (const name of readdirSync(model)) writeFileSync(join(broken, name), readFileSync(join(model, name)));
  const file = await openSafetensors(join(model, 'model.safetensors'));
  const tensors: Record<string, HostTensor> = {};
  for (const name of file.entries.keys()) tensors[name] = await file.read(name);
  await file.close();
  tensors['model.norm.weight']!.data[0] = Number.NaN;
  await writeSafetensors(join(broken, 'model.safetensors'), tensors);
  const inputs = { model: broken, dataset: questions };
  await t.rejects(runKind(trainSupervised, { config: quick, inputs }), {
    name: 'Failure',
    code: 'loss-not-finite',
    message: /step 1 .* The first output that is not finite is that of model\.norm\./,
    hint: /learning_rate/,
  });
});

t.test('nothing to learn is an error, and what is dropped is counted', async (t) => {
  const inputs = { model, dataset: questions };
  const run = (config: object) => runKind(trainSupervised, { config: { ...quick, ...config }, inputs });
  await t.rejects(run({ max_length: 2 }), { code: 'no-supervised-tokens' });
  const { counts } = await run({ max_length: 6, max_steps: 1 });
  t.ok(counts['dropped-nothing-to-learn']! >= 1);
  t.ok(counts['cut-at-max-length']! >= 1);
  const empty = { model, dataset: writeDataset([]) };
  await t.rejects(runKind(trainSelfSupervised, { config: quick, inputs: empty }), { code: 'no-supervised-tokens' });
});

t.test('rows that do not fit, and lengths that do not, are told with what is wrong', async (t) => {
  const wrong = { model, dataset: writeDataset([{ prompt: 'a', completion: 'b' }, { prompt: 'a' }]) };
  await t.rejects(runKind(trainSupervised, { config: quick, inputs: wrong }), {
    code: 'row-type-mismatch',
    message: 'Row 2 of the dataset: completion is missing.',
  });
  const long = { ...quick, max_length: 500 };
  await t.rejects(runKind(trainSupervised, { config: long, inputs: { model, dataset: questions } }), {
    code: 'max-length-exceeds-model',
  });
  const warm = { ...quick, lr_scheduler_type: 'constant', warmup_steps: 5 };
  await t.rejects(runKind(trainSupervised, { config: warm, inputs: wrong }), { message: /constant has no warm-up/ });
});

t.test('max_steps takes the place of epochs, also beyond one', async (t) => {
  const inputs = { model, dataset: questions };
  const run = (config: object) => runKind(trainSupervised, { config: { ...quick, ...config }, inputs });
  t.equal((await run({ max_steps: 2 })).metrics.steps, 2);
  t.equal((await run({ max_steps: 7 })).metrics.steps, 7);
  t.equal((await run({ num_train_epochs: 0.5 })).metrics.steps, 2);
});
