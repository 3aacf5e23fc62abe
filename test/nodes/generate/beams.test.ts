/** Beam search against that of Transformers. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { advanceBeams, type BeamSettings, continuations, noBeams } from '../../../nodes/generate/beam-search.js';
import { type GenerateOptions, generate } from '../../../nodes/generate/generator.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { readTinyLlama } from '../nn/tiny-llama.js';

interface Facts {
  readonly prompts: number[][];
  readonly cases: {
    readonly model: string;
    readonly endIds: number[];
    readonly settings: {
      readonly num_beams: number;
      readonly num_return_sequences?: number;
      readonly length_penalty?: number;
      readonly early_stopping?: boolean | 'never';
      readonly repetition_penalty?: number;
      readonly no_repeat_ngram_size?: number;
      readonly min_new_tokens?: number;
    };
    readonly rows: { readonly ids: number[]; readonly score: number }[][];
  }[];
}

const facts = JSON.parse(readFileSync('test/nodes/generate/fixtures/beams.json', 'utf8')) as Facts;
const options: GenerateOptions = {
  maxNewTokens: 12,
  batchSize: 3,
  sampling: { sample: false, temperature: 1, topK: 0, topP: 1 },
  seed: 1,
  endIds: [],
  logprobs: true,
  signal: new AbortController().signal,
};
const four: BeamSettings = { count: 4, lengthPenalty: 1, earlyStopping: false, returned: 4 };

for (const deviceName of devicesUnderTest) {
  t.test(`${deviceName}: the beams and their scores are those of Transformers`, async (t) => {
    let checked = 0;
    for (const { model, endIds, settings, rows } of facts.cases) {
      // The oracle is slow; one model suffices it.
      if (deviceName === 'reference' && model !== 'llama-plain') continue;
      const beams = {
        count: settings.num_beams,
        lengthPenalty: settings.length_penalty ?? 1,
        earlyStopping: settings.early_stopping ?? false,
        returned: settings.num_return_sequences ?? 1,
      };
      const processing = {
        repetitionPenalty: settings.repetition_penalty ?? 1,
        noRepeatNgramSize: settings.no_repeat_ngram_size ?? 0,
        minNewTokens: settings.min_new_tokens ?? 0,
      };
      const llama = await readTinyLlama(model);
      const generations = await withDevice(deviceName, (device) =>
        generate(device, llama, facts.prompts, { ...options, endIds, beams, processing }),
      );
      const expected = rows.flat();
      t.equal(generations.length, expected.length);
      t.same(
        generations.map(({ ids, endId }) => [...ids, ...(endId === undefined ? [] : [endId])]),
        expected.map(({ ids }) => ids),
        `${model} ${JSON.stringify(settings)}`,
      );
      const wrong = generations.filter(
        ({ score }, i) => Math.abs(score! - expected[i]!.score) > 1e-5 * Math.max(1, -score!),
      );
      t.same(wrong, [], 'scores');
      checked += expected.length;
      if (settings.repetition_penalty === undefined) {
        for (const { score, logprobs } of generations) {
          const sum = logprobs!.reduce((total, logprob) => total + logprob, 0);
          t.ok(Math.abs(sum / logprobs!.length ** beams.lengthPenalty - score!) < 1e-4);
        }
      }
    }
    t.ok(checked > 90);
  });
}

t.test('beams do not depend on the prompts beside them, and may stop at a string', async (t) => {
  const llama = await readTinyLlama('llama-plain');
  await withDevice('reference', async (device) => {
    const together = await generate(device, llama, facts.prompts, { ...options, beams: four });
    const alone = await generate(device, llama, facts.prompts, { ...options, beams: four, batchSize: 1 });
    t.same(
      together.map(({ ids }) => ids),
      alone.map(({ ids }) => ids),
    );
    const wanted = together[0]!.ids[2]!;
    const shouldStop = async (ids: readonly number[]) => ids.at(-1) === wanted;
    const stopped = await generate(device, llama, facts.prompts, { ...options, beams: four, shouldStop });
    t.ok(stopped.some(({ ids, end }) => end === 'stop-string' && ids.indexOf(wanted) === ids.length - 1));
    t.ok(stopped.every(({ ids, end }) => end === 'stop-string' || !ids.includes(wanted)));
    const places = { ...options, maxNewTokens: 50, beams: four };
    const long = Array.from({ length: 62 }, (_, i) => 2 + (i % 50));
    for (const { ids, end } of await generate(device, llama, [long], places)) t.same([ids.length, end], [3, 'length']);
    const banned = {
      ...options,
      beams: four,
      endIds: Array.from({ length: 61 }, (_, id) => id),
      processing: { minNewTokens: 1 },
    };
    await t.rejects(generate(device, llama, facts.prompts, banned), { code: 'no-token-allowed' });
    const stop = AbortSignal.abort();
    await t.rejects(generate(device, llama, facts.prompts, { ...options, beams: four, signal: stop }), {
      name: 'Stopped',
    });
  });
});

t.test('only the best of those that end are finished, and the others go on', async (t) => {
  const settings: BeamSettings = { count: 2, lengthPenalty: 0, earlyStopping: true, returned: 1 };
  const logprobs = Float32Array.from([-0.5, -1, -2, -3, Number.NEGATIVE_INFINITY]);
  const candidates = continuations(noBeams.running, [logprobs], [logprobs], 1, 2);
  t.same(
    candidates.map(({ ids, sum }) => [ids, sum]),
    [
      [[0], -0.5],
      [[1], -1],
      [[2], -2],
      [[3], -3],
    ],
    'a banned token is no continuation',
  );
  const next = advanceBeams(noBeams, candidates, ['end-token', undefined, 'end-token', undefined], settings, 9);
  t.same(
    next.running.map(({ ids }) => ids),
    [[1], [3]],
  );
  t.same(
    next.finished.map(({ ids }) => ids),
    [[0]],
    'the third was there only in case',
  );
  t.notOk(next.done);
  t.ok(advanceBeams(next, candidates, ['end-token', 'end-token', undefined, undefined], settings, 9).done);
});
