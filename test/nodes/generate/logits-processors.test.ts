/** Our processors and limits against those of Transformers, over random logits. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { processingOf, samplingOf } from '../../../nodes/generate/generation-settings.js';
import { processLogits } from '../../../nodes/generate/logits-processors.js';
import { argMax, candidates, chooseToken } from '../../../nodes/generate/sampling.js';

interface Facts {
  readonly prompt: number[];
  readonly response: number[];
  readonly endIds: number[];
  readonly uniforms: number[];
  readonly logits: number[][];
  readonly cases: {
    readonly settings: Readonly<Record<string, number | boolean>>;
    readonly rows: { readonly scores: (number | null)[]; readonly picks: number[] }[];
  }[];
}

const facts = JSON.parse(readFileSync('test/nodes/generate/fixtures/processors.json', 'utf8')) as Facts;
const off = {
  do_sample: false,
  temperature: 1,
  top_k: 0,
  top_p: 1,
  min_p: 0,
  typical_p: 1,
  repetition_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  no_repeat_ngram_size: 0,
  min_new_tokens: 0,
};

t.equal(facts.cases.length, 18);
for (const { settings, rows } of facts.cases) {
  t.test(`as Transformers: ${JSON.stringify(settings)}`, async (t) => {
    const config = { ...off, ...settings };
    const sampling = samplingOf(config);
    for (const [index, { scores: expected, picks }] of rows.entries()) {
      const logits = Float32Array.from(facts.logits[index]!);
      const before = logits.slice();
      const processed = processLogits(logits, facts, processingOf(config), facts.endIds);
      t.same(logits, before, 'the logits are left as they are');
      const scores: (number | null)[] = Array(logits.length).fill(null);
      if (sampling.sample) {
        const { ids, scores: left } = candidates(processed, sampling);
        for (const [place, id] of ids.entries()) scores[id] = left[place]!;
        t.same(
          facts.uniforms.map((uniform) => chooseToken(processed, sampling, () => uniform)),
          picks,
        );
      } else {
        for (const [id, score] of processed.entries()) if (score > Number.NEGATIVE_INFINITY) scores[id] = score;
        t.equal(
          chooseToken(processed, sampling, () => t.fail('nothing is drawn') as never),
          argMax(Float32Array.from(expected, (score) => score ?? Number.NEGATIVE_INFINITY)),
        );
      }
      t.same(
        scores.map((score) => score === null),
        expected.map((score) => score === null),
        'the same tokens are left',
      );
      const wrong = scores.filter((score, id) => score !== null && Math.abs(score - expected[id]!) > 2e-6);
      t.same(wrong, []);
    }
  });
}

t.test('presence and frequency penalties count the response alone', async (t) => {
  const logits = Float32Array.from([1, 1, 1, 1]);
  const history = { prompt: [0, 0], response: [1, 2, 1] };
  const scores = processLogits(logits, history, { presencePenalty: 0.5, frequencyPenalty: 0.25 }, []);
  t.same([...scores], [1, 0, 0.25, 1]);
  t.same([...processLogits(logits, history, { presencePenalty: -0.5 }, [])], [1, 1.5, 1.5, 1]);
});

t.test('what may not be drawn is not drawn', async (t) => {
  const scores = Float32Array.from([0, Number.NEGATIVE_INFINITY, 0]);
  const sampling = samplingOf({ ...off, do_sample: true });
  t.same(candidates(scores, sampling).ids, [0, 2]);
  t.equal(
    chooseToken(new Float32Array(2).fill(Number.NEGATIVE_INFINITY), sampling, () => 0.5),
    -1,
  );
});
