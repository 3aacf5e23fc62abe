/** The optimiser and the schedule that a config names are the ones that run, and go on after a stop as if there were none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { type KindResult, type KindRun, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const dataset = writeDataset([
  { prompt: 'The capital of France is', completion: ' Paris' },
  { prompt: 'The capital of Italy is', completion: ' Rome' },
  { prompt: 'Austria?', completion: ' Vienna, which is a city' },
]);
const quick = { learning_rate: 1e-2, per_device_train_batch_size: 2, max_length: 24, max_steps: 6, weight_decay: 0.1 };
const run = (config: object, more: Partial<KindRun> = {}) =>
  runKind(trainSupervised, {
    config: { ...quick, ...config },
    inputs: { model, dataset },
    device: 'onnx-cpu',
    ...more,
  });
const weightsOf = ({ outputs }: KindResult) => readFileSync(join(outputs.model!, 'model.safetensors')).toString('hex');

const optimizers: readonly { readonly config: object; readonly stops?: boolean }[] = [
  { config: { optim: 'adamw_torch' } },
  { config: { optim: 'adafactor' }, stops: true },
  { config: { optim: 'lion' }, stops: true },
  { config: { optim: 'lion', adam_beta1: 0.5 } },
  { config: { optim: 'sgd' } },
  { config: { optim: 'sgd', optim_args: { momentum: 0.9 } } },
  { config: { optim: 'sgd', optim_args: { momentum: 0.9, nesterov: true } }, stops: true },
  { config: { optim: 'muon' }, stops: true },
  { config: { optim: 'muon', optim_args: { nesterov: false } } },
  { config: { optim: 'muon', optim_args: { momentum: 0.5 } } },
];

t.test('each optimiser learns in its own way, and resumes to the same bytes', async (t) => {
  const results = new Set<string>();
  for (const { config, stops } of optimizers) {
    const name = JSON.stringify(config);
    const whole = await run(config);
    t.ok(whole.logs.at(-1)!.values.loss! < whole.logs[0]!.values.loss!, `${name} lowers the loss`);
    results.add(weightsOf(whole));
    if (!stops) continue;
    const scratch = t.testdir({});
    const abort = new AbortController();
    const onLog = (step: number) => step === 3 && abort.abort();
    await t.rejects(run(config, { scratch, signal: abort.signal, onLog }), { name: 'Stopped' });
    t.equal(weightsOf(await run(config, { scratch })), weightsOf(whole), name);
  }
  t.equal(results.size, optimizers.length, 'no two are the same');
});

t.test('the schedule and its options reach the updates', async (t) => {
  const rates = async (config: object) =>
    (await run(config)).logs.map(({ values }) => Number((values.learning_rate! * 100).toFixed(4)));
  t.same(await rates({ lr_scheduler_type: 'linear', warmup_steps: 2 }), [0, 0.5, 1, 0.75, 0.5, 0.25]);
  const stable = { lr_scheduler_type: 'warmup_stable_decay', warmup_steps: 2 };
  const kwargs = { num_decay_steps: 2, decay_type: 'linear', min_lr_ratio: 0.2 };
  t.same(await rates({ ...stable, lr_scheduler_kwargs: kwargs }), [0.2, 0.6, 1, 1, 1, 0.6]);
  const lowest = { lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr: 5e-3 } };
  t.same(await rates(lowest), [1, 0.9665, 0.875, 0.75, 0.625, 0.5335]);
  await t.rejects(run({ ...stable, lr_scheduler_kwargs: { num_decay_steps: 5 } }), { code: 'schedule-too-long' });
});

t.test('what would have no effect, or makes no sense, is refused', async (t) => {
  const refused = (config: object, message: RegExp) => t.rejects(run(config), { message });
  await refused({ optim: 'sgd', adam_beta1: 0.8 }, /adam_beta1 has no effect with optim: sgd/);
  await refused({ optim: 'lion', adam_epsilon: 1e-6 }, /adam_epsilon has no effect with optim: lion/);
  await refused({ optim_args: { momentum: 0.9 } }, /momentum has no effect with optim: adamw_torch/);
  await refused({ optim: 'sgd', optim_args: { nesterov: true } }, /no effect without momentum/);
  await refused({ optim_args: { mometum: 0.9 } }, /additional properties/);
  await refused({ lr_scheduler_kwargs: { power: 2 } }, /power has no effect with lr_scheduler_type: linear/);
  await refused({ lr_scheduler_type: 'cosine_with_min_lr' }, /either min_lr or min_lr_rate/);
  const both = { min_lr: 1e-3, min_lr_rate: 0.1 };
  await refused({ lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: both }, /either min_lr or min_lr_rate/);
  const high = { min_lr: 1 };
  await refused({ lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: high }, /above learning_rate/);
  await refused({ lr_scheduler_type: 'polynomial', learning_rate: 1e-8 }, /not below learning_rate/);
  await refused({ lr_scheduler_type: 'warmup_stable_decay' }, /wants num_decay_steps/);
  await refused({ lr_scheduler_type: 'constant', warmup_ratio: 0.1 }, /constant has no warm-up/);
});
