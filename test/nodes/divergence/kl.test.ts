import { readFileSync } from 'node:fs';
import t from 'tap';
import { evaluateKl } from '../../../nodes/divergence/kl.kind.js';
import { readModel } from '../../../nodes/model/model-directory.js';
import { scoreExamples } from '../../../nodes/preference/score.js';
import { withDevice } from '../devices-under-test.js';
import { artifactAt, readJsonl, runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, writeDataset } from '../tiny-model.js';

const tokenizer = await makeTokenizer();
const model = await makeModel({ initializer_range: 0.4 }, tokenizer);
const reference = await makeModel({ seed: 8, initializer_range: 0.4 }, tokenizer);
const dataset = writeDataset([{ prompt: 'Paris' }, { prompt: 'Rome is' }, { prompt: 'What is the capital' }]);
const measure = (config: object, inputs: object = {}) =>
  runKind(evaluateKl, {
    config: { bootstrap_resamples: 500, ...config },
    inputs: { model, reference, dataset, ...inputs },
    device: 'onnx-cpu',
  });

/** KL of the next token after the prompt, from the probabilities of the whole vocabulary. */
async function exactKl(scratch: string, text: string): Promise<number> {
  return withDevice('onnx-cpu', async (device) => {
    const logProbs = async (path: string) => {
      const read = await readModel(artifactAt('model', path), scratch);
      const [encoding] = await read.tokenizer.encodeBatch([text]);
      const prompt = encoding!.ids;
      const examples = Array.from({ length: read.config.vocabSize }, (_, token) => ({
        ids: prompt,
        targets: prompt.map((_, at) => (at === prompt.length - 1 ? token : -100)),
      }));
      const options = { batchSize: 64, padId: 0, signal: new AbortController().signal };
      return (await scoreExamples(device, read, examples, options)).map(([logProb]) => logProb!);
    };
    const [own, others] = [await logProbs(model), await logProbs(reference)];
    return own.reduce((sum, logProb, token) => sum + Math.exp(logProb) * (logProb - others[token]!), 0);
  });
}

t.test('a policy is at no distance from itself', async (t) => {
  const { metrics } = await measure({ max_new_tokens: 8 }, { reference: model });
  t.match(metrics, { kl_k1: 0, kl_k1_low: 0, kl_k1_high: 0, kl_k3: 0, kl_per_token: 0, n: 3 });
});

t.test('of one token, both estimates are near the exact divergence', async (t) => {
  const one = writeDataset([{ prompt: 'Paris is' }]);
  const exact = await exactKl(t.testdir({}), 'Paris is');
  t.ok(exact > 0.1, String(exact));
  const config = { num_return_sequences: 2000, max_new_tokens: 1, batch_size: 100 };
  const { metrics, outputs } = await measure(config, { dataset: one });
  t.equal(metrics.response_tokens, 1);
  const spread = (key: string) => {
    const values = readJsonl<Record<string, number>>(outputs.samples!).map((row) => row[key]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / values.length;
  };
  for (const key of ['kl_k1', 'kl_k3']) {
    t.ok(Math.abs(metrics[key]! - exact) < 4 * spread(key), `${key}: ${metrics[key]} and ${exact}`);
  }
});

t.test('what responses earn is measured on the same responses', async (t) => {
  const config = { num_return_sequences: 4, max_new_tokens: 6, reward_funcs: [{ regex: { pattern: '[aeiou]' } }] };
  const { metrics, outputs } = await measure(config);
  const rows = readJsonl<{ response: string; score: number; kl_k1: number; kl_k3: number }>(outputs.samples!);
  t.equal(rows.length, 12);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  t.equal(metrics.reward_mean, mean(rows.map(({ response }) => (/[aeiou]/.test(response) ? 1 : 0))));
  t.ok(Math.abs(metrics.kl_k1! - mean(rows.map((row) => row.kl_k1))) < 1e-9);
  t.ok(metrics.kl_k1_low! <= metrics.kl_k1! && metrics.kl_k1! <= metrics.kl_k1_high!);
  t.ok(rows.every((row) => row.kl_k3 >= 0));
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
  t.same(
    readJsonl((await measure({ ...config, batch_size: 2 })).outputs.samples!).map(({ response }) => response),
    rows.map(({ response }) => response),
  );
});

t.test('what cannot be compared', async (t) => {
  const other = await makeModel({}, await makeTokenizer({ vocab_size: 290 }));
  await t.rejects(measure({}, { reference: other }), { code: 'tokenizer-mismatch' });
  await t.rejects(measure({}, { dataset: writeDataset([]) }), { code: 'dataset-empty' });
});
