import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { generateKind } from '../../../nodes/generate/generate.kind.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { type KindResult, type KindRun, readJsonl, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const prompts = ['The capital of France is', 'Austria?'];
const dataset = writeDataset([
  { prompt: 'The capital of France is', completion: ' Paris' },
  { prompt: 'Austria?', completion: ' Vienna' },
]);
const quick = {
  learning_rate: 3e-2,
  lr_scheduler_type: 'constant',
  per_device_train_batch_size: 2,
  max_length: 24,
  max_steps: 25,
};
const sampled = { sample_prompts: prompts, sample_steps: 10, sample_max_new_tokens: 7 };
const run = (config: object, more: Partial<KindRun> = {}) =>
  runKind(trainSupervised, {
    config: { ...quick, ...config },
    inputs: { model, dataset },
    device: 'onnx-cpu',
    ...more,
  });
const bytesOf = ({ outputs }: KindResult) => readFileSync(join(outputs.model!, 'model.safetensors')).toString('hex');

/** What a finished model answers, as `generate` has it. */
async function answersOf(trained: string): Promise<string[]> {
  const inputs = { model: trained, dataset: writeDataset(prompts.map((prompt) => ({ prompt }))) };
  const { outputs } = await runKind(generateKind, { config: { max_new_tokens: 7 }, inputs, device: 'onnx-cpu' });
  const rows = readJsonl<{ response: string }>(outputs.samples!);
  return rows.map(({ response }) => response.trim().replace(/\s+/g, ' '));
}

const linesOf = ({ displays }: KindResult) =>
  prompts.map((prompt) => displays[`Samples of ${JSON.stringify(prompt)}, by step`]!.split('\n'));
const textOf = (line: string) => line.replace(/^ *\d+ {2}/, '');

t.test('samples before, on the way and after are what the model of that step answers', async (t) => {
  const result = await run(sampled);
  for (const lines of linesOf(result)) {
    t.same(
      lines.map((line) => Number(/^ *(\d+) {2}/.exec(line)![1])),
      [0, 10, 20, 25],
    );
  }
  t.same(
    linesOf(result).map((lines) => textOf(lines[3]!)),
    await answersOf(result.outputs.model!),
  );
  t.same(
    linesOf(result).map((lines) => textOf(lines[3]!)),
    ['Paris', 'Vienna'],
  );
  t.same(
    linesOf(result).map((lines) => textOf(lines[1]!)),
    await answersOf((await run({ max_steps: 10 })).outputs.model!),
  );
  t.same(
    linesOf(result).map((lines) => textOf(lines[0]!)),
    await answersOf(model),
  );
  t.equal(bytesOf(result), bytesOf(await run({})), 'they change nothing of what is learned');
});

t.test('of averaged weights and of adapters', async (t) => {
  for (const config of [{ ema_decay: 0.98 }, { adapter: { r: 2 } }]) {
    const result = await run({ ...sampled, ...config });
    t.same(
      linesOf(result).map((lines) => textOf(lines.at(-1)!)),
      await answersOf(result.outputs.model!),
    );
  }
});

t.test('a run that was stopped shows them all the same', async (t) => {
  const whole = await run(sampled);
  for (const stop of [4, 10, 24]) {
    const scratch = t.testdir({});
    const abort = new AbortController();
    const onLog = (step: number) => step === stop && abort.abort();
    await t.rejects(run(sampled, { scratch, signal: abort.signal, onLog }), { name: 'Stopped' });
    t.same((await run(sampled, { scratch })).displays, whole.displays);
  }
});

t.test('what makes no sense is refused', async (t) => {
  await t.rejects(run({ sample_prompts: prompts }), { message: /no effect without sample_steps/ });
  await t.rejects(run({ sample_steps: 5 }), { message: /no effect without sample_prompts/ });
  const long = { ...sampled, sample_prompts: ['Paris '.repeat(100)] };
  await t.rejects(run(long), { code: 'sample-prompt-length' });
});
