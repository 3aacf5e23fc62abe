/** The kind `generate`: how many responses, and what is told of them. */
import fc from 'fast-check';
import t from 'tap';
import { generateKind } from '../../../nodes/generate/generate.kind.js';
import { beforeStop, stopsAt } from '../../../nodes/generate/stop-strings.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { readJsonl, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

interface Sample {
  readonly prompt: string;
  readonly response: string;
  readonly reference?: string;
  readonly sample?: number;
  readonly logprob_sum?: number;
  readonly logprob_mean?: number;
  readonly score?: number;
}

const model = await makeModel({ initializer_range: 0.5 });
const prompts = [
  { prompt: 'Paris is', completion: ' a city' },
  { prompt: 'A river runs through', completion: ' it' },
  { prompt: 'Rome', completion: '!' },
];
const dataset = writeDataset(prompts);
const sampling = { do_sample: true, max_new_tokens: 6, batch_size: 2, stop_strings: ['qq'] };

async function samplesOf(config: object): Promise<Sample[]> {
  const { outputs } = await runKind(generateKind, { config: { ...config }, inputs: { model, dataset } });
  return readJsonl<Sample>(outputs.samples!);
}

t.test('several samples of a prompt differ, and do not depend on the batch', async (t) => {
  const samples = await samplesOf({ ...sampling, num_return_sequences: 4 });
  t.same(
    samples.map(({ prompt, reference, sample }) => [prompt, reference, sample]),
    prompts.flatMap(({ prompt, completion }) => [0, 1, 2, 3].map((sample) => [prompt, completion, sample])),
  );
  const first = new Set(samples.slice(0, 4).map(({ response }) => response));
  t.ok(first.size > 1);
  t.same(await samplesOf({ ...sampling, num_return_sequences: 4, batch_size: 5 }), samples);
  const every = {
    temperature: 1.3,
    top_p: 0.9,
    min_p: 0.01,
    typical_p: 0.9,
    repetition_penalty: 1.2,
    presence_penalty: 0.2,
    frequency_penalty: 0.1,
    no_repeat_ngram_size: 2,
    min_new_tokens: 2,
    logprobs: true,
  };
  const small = await samplesOf({ ...sampling, ...every, batch_size: 1 });
  t.same(await samplesOf({ ...sampling, ...every, batch_size: 3 }), small);
});

t.test('log-probabilities are written, of the model and not of what penalties make of it', async (t) => {
  const plain = await samplesOf({ max_new_tokens: 3 });
  t.same(plain.map(Object.keys), Array(3).fill(['prompt', 'response', 'reference']));
  const samples = await samplesOf({ max_new_tokens: 3, logprobs: true });
  for (const { logprob_sum: sum, logprob_mean: mean } of samples) {
    t.ok(sum! < 0 && mean! < 0);
    t.ok([1, 2, 3].some((tokens) => Math.abs(mean! * tokens - sum!) < 1e-12));
  }
  const pushed = await samplesOf({ max_new_tokens: 3, logprobs: true, no_repeat_ngram_size: 1, repetition_penalty: 9 });
  t.ok(pushed.some(({ logprob_sum: sum }, row) => sum! < samples[row]!.logprob_sum!));
});

t.test('beams come the best first', async (t) => {
  const samples = await samplesOf({ num_beams: 4, num_return_sequences: 3, max_new_tokens: 5, logprobs: true });
  t.equal(samples.length, 9);
  for (const row of [0, 1, 2]) {
    const own = samples.slice(3 * row, 3 * row + 3);
    t.same(
      own.map(({ sample }) => sample),
      [0, 1, 2],
    );
    t.ok(own[0]!.score! >= own[1]!.score! && own[1]!.score! >= own[2]!.score!);
    for (const { score, logprob_mean: mean } of own) t.ok(Math.abs(score! - mean!) < 1e-6);
  }
  const greedy = await samplesOf({ max_new_tokens: 5, logprobs: true });
  const best = await samplesOf({ num_beams: 8, length_penalty: 0, max_new_tokens: 5, logprobs: true });
  for (const [row, { logprob_sum: sum }] of best.entries()) t.ok(sum! >= greedy[row]!.logprob_sum! - 1e-6);
});

t.test('settings that say nothing, or contradict one another, are refused', async (t) => {
  const refused = (config: object, message: RegExp) => t.rejects(samplesOf(config), { message });
  await refused({ num_return_sequences: 2 }, /num_return_sequences of greedy generation would all be the same/);
  await refused({ num_return_sequences: 3, num_beams: 2 }, /above num_beams/);
  await refused({ num_beams: 2, do_sample: true }, /cannot go with do_sample/);
  await refused({ length_penalty: 2 }, /length_penalty has an effect only in beam search/);
  await refused({ early_stopping: 'never' }, /early_stopping has an effect only in beam search/);
  await refused({ min_p: 0.1 }, /min_p has an effect only when sampling/);
  await refused({ min_new_tokens: 65 }, /min_new_tokens is above max_new_tokens/);
  await refused({ early_stopping: 'soon' }, /early_stopping/);
});

t.test('a stop string is found in the tail as it is in the whole text', async (t) => {
  const tokenizer = loadTokenizer(model);
  const words = ['Paris', ' is', '🦜', 'é', ' ', '<|endoftext|>', 'ri', '🇫🇷', '.', '\n'];
  const stops = ['ri', ' is', '🦜.', '\n\n', '  ', 'é é'];
  const lists = fc.array(fc.constantFrom(...words), { maxLength: 12 });
  let found = 0;
  await fc.assert(
    fc.asyncProperty(lists, fc.subarray(stops, { minLength: 1 }), async (list, chosen) => {
      const { ids } = await tokenizer.encode(list.join(''));
      const shouldStop = stopsAt(tokenizer, chosen);
      for (let length = 1; length <= ids.length; length++) {
        const text = await tokenizer.decode(ids.slice(0, length), { skipSpecialTokens: true });
        const expected = chosen.some((stop) => text.includes(stop));
        if ((await shouldStop(ids.slice(0, length))) !== expected) return false;
        if (expected) {
          found += 1;
          break;
        }
      }
      return true;
    }),
    { numRuns: 200 },
  );
  t.ok(found > 20);
  t.equal(beforeStop('a\n\nb ri', ['ri', '\n\n']), 'a');
  t.equal(beforeStop('ab', ['c']), 'ab');
});

t.test('the tail is decoded, not the whole', async (t) => {
  let most = 0;
  const decode = async (ids: readonly number[]) => {
    most = Math.max(most, ids.length);
    return 'x'.repeat(ids.length);
  };
  t.notOk(await stopsAt({ decode }, ['ab', 'abc'])(Array(5000).fill(7)));
  t.equal(most, 7);
});
