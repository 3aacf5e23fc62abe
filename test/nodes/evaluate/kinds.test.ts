import { readFileSync } from 'node:fs';
import t from 'tap';
import { evaluateGeneration } from '../../../nodes/evaluate/generation.kind.js';
import { evaluateLanguageModel } from '../../../nodes/evaluate/language-model.kind.js';
import { generateKind } from '../../../nodes/generate/generate.kind.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { readJsonl, runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, sentences, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const questions = [
  { prompt: 'Capital of France?', completion: ' Paris' },
  { prompt: 'And the capital of Italy, which is a country?', completion: ' Rome' },
  { prompt: 'Spain?', completion: ' Madrid' },
];
const dataset = writeDataset(questions);

t.test('a model that has learned its answers gives them back, row by row', async (t) => {
  const config = { num_train_epochs: 150, learning_rate: 1e-2, per_device_train_batch_size: 3 };
  const tuned = await runKind(trainSupervised, { config, inputs: { model, dataset }, device: 'onnx-cpu' });
  const inputs = { model: tuned.outputs.model!, dataset };
  for (const device of ['reference', 'onnx-cpu']) {
    const before = await runKind(evaluateGeneration, {
      config: { max_new_tokens: 8 },
      inputs: { model, dataset },
      device,
    });
    t.equal(before.metrics.exact_match, 0);
    const after = await runKind(evaluateGeneration, { config: { max_new_tokens: 8, batch_size: 2 }, inputs, device });
    t.same(after.metrics, {
      exact_match: 1,
      exact_match_low: 1,
      exact_match_high: 1,
      token_f1: 1,
      token_f1_low: 1,
      token_f1_high: 1,
      n: 3,
    });
    t.same(JSON.parse(readFileSync(after.outputs.metrics!, 'utf8')), after.metrics);
    t.same(
      readJsonl(after.outputs.samples!),
      questions.map(({ prompt, completion }) => ({
        prompt,
        reference: completion,
        response: completion,
        exact_match: 1,
        token_f1: 1,
      })),
    );
    t.match(
      after.displays.samples,
      /prompt +reference +response +exact_match +token_f1\nCapital of France\? +Paris +Paris +1 +1/,
    );
  }

  const stopped = await runKind(generateKind, { config: { stop_strings: ['ri', 'om'] }, inputs });
  t.same(
    readJsonl(stopped.outputs.samples!).map(({ response }) => response),
    [' Pa', ' R', ' Mad'],
  );
  const short = await runKind(generateKind, { config: { max_new_tokens: 1 }, inputs });
  t.equal(short.counts['response-cut-at-max-new-tokens'], 3);
});

t.test('prompts without answers are answered; a useless setting is refused', async (t) => {
  const prompts = writeDataset([{ prompt: 'Paris' }, { prompt: 'Rome is' }]);
  const sampling = { do_sample: true, temperature: 2, max_new_tokens: 5 };
  const run = (config: object) =>
    runKind(generateKind, { config: { ...sampling, ...config }, inputs: { model, dataset: prompts } });
  const samples = readJsonl((await run({})).outputs.samples!);
  t.same(samples.map(Object.keys), [
    ['prompt', 'response'],
    ['prompt', 'response'],
  ]);
  t.same(readJsonl((await run({ batch_size: 1 })).outputs.samples!), samples);
  t.notSame(readJsonl((await run({ seed: 9 })).outputs.samples!), samples);
  await t.rejects(run({ do_sample: false }), { message: /temperature has an effect only when sampling/ });
});

t.test('a language model is scored on every token once', async (t) => {
  const texts = writeDataset(sentences.map((text) => ({ text })));
  const score = (config: Readonly<Record<string, unknown>>, of = model, device = 'reference') =>
    runKind(evaluateLanguageModel, { config, inputs: { model: of, dataset: texts }, device });
  const tokenizer = loadTokenizer(await makeTokenizer());
  const lengths = (await tokenizer.encodeBatch(sentences)).map(({ ids }) => ids.length);

  const { metrics, outputs } = await score({});
  t.equal(
    metrics.tokens,
    lengths.reduce((sum, length) => sum + length - 1, 0),
    'first tokens have nothing before them',
  );
  t.ok(Math.abs(metrics.loss! - Math.log(tokenizer.vocabSize)) < 0.2, 'a fresh model knows nothing');
  t.ok(Math.abs(metrics.perplexity! - Math.exp(metrics.loss!)) < 1e-9);
  t.ok(Math.abs(metrics.bits_per_byte! - (metrics.loss! * metrics.tokens!) / Math.LN2 / metrics.bytes!) < 1e-9);
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);

  const windows = await score({ max_length: 6, stride: 3, batch_size: 3 });
  t.equal(windows.metrics.tokens, metrics.tokens);
  t.equal(windows.metrics.bytes, metrics.bytes);
  const compiled = await score({}, model, 'onnx-cpu');
  t.ok(Math.abs(compiled.metrics.loss! - metrics.loss!) < 1e-5);

  const withBos = await makeModel({}, await makeTokenizer({ bos_token: '<|begin|>', vocab_size: 301 }));
  const whole = await score({}, withBos);
  t.equal(whole.metrics.bytes, Buffer.byteLength(sentences.join('')), 'with BOS every byte is predicted');
  await t.rejects(score({ max_length: 8, stride: 9 }), { code: 'stride-exceeds-window' });
});

t.test('an empty dataset is an error', async (t) => {
  const inputs = { model, dataset: writeDataset([]) };
  await t.rejects(runKind(evaluateGeneration, { inputs }), { code: 'dataset-empty' });
  await t.rejects(runKind(evaluateLanguageModel, { inputs }), { code: 'no-tokens-to-score' });
});
