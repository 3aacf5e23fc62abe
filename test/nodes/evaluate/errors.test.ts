import { readFileSync } from 'node:fs';
import t from 'tap';
import { evaluateErrors } from '../../../nodes/evaluate/errors/errors.kind.js';
import { confusionTable, labelTable } from '../../../nodes/evaluate/errors/mistakes.js';
import { scoreSlices, slicesByLength, slicesByValue } from '../../../nodes/evaluate/errors/slices.js';
import { readJsonl, runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';

const options = { resamples: 300, confidence: 0.95, seed: 0 };

t.test('slices by value: rare ones are put together, lists are in several', async (t) => {
  const values = ['a', 'a', 'a', ['b', 'a'], ['b'], 'c', null, undefined];
  t.same(slicesByValue('tag', values, 2), [
    { by: 'tag', name: 'a', rows: [0, 1, 2, 3] },
    { by: 'tag', name: '(none)', rows: [6, 7] },
    { by: 'tag', name: 'b', rows: [3, 4] },
    { by: 'tag', name: '1 others', rows: [5] },
  ]);
  const many = slicesByValue(
    'id',
    Array.from({ length: 30 }, (_, index) => index),
    1,
  );
  t.equal(many.length, 21);
  t.equal(many.flatMap(({ rows }) => rows).length, 30);
});

t.test('slices by length', async (t) => {
  const lengths = [5, 1, 2, 2, 2, 9, 7, undefined];
  const slices = slicesByLength('length', lengths, 2);
  t.same(
    slices.map(({ name, rows }) => [name, rows]),
    [
      ['1–2 words', [1, 2, 3, 4]],
      ['5–9 words', [0, 5, 6]],
    ],
  );
  t.same(slicesByLength('length', [3, 3, 3], 4), [{ by: 'length', name: '3 words', rows: [0, 1, 2] }]);
  t.same(slicesByLength('length', lengths, 1), []);
});

t.test('scores of slices beside the rest, the lowest first', async (t) => {
  const scores = Array.from({ length: 40 }, (_, index) => (index < 10 ? (index % 5 === 0 ? 1 : 0) : 1));
  const all = { by: 'all', name: 'all', rows: [...scores.keys()] };
  const hard = { by: 'set', name: 'hard', rows: [...Array(10).keys()] };
  const [first, last] = scoreSlices([all, hard], scores, options);
  t.match(first, { name: 'hard', score: 0.2, difference: { value: -0.8 } });
  t.ok(first!.interval!.low >= 0 && first!.interval!.high < 0.6 && first!.difference!.interval!.high < -0.4);
  t.equal(last!.difference, undefined, 'nothing is left beside all');
  t.equal(scoreSlices([hard], scores, { ...options, resamples: 0 })[0]!.interval, undefined);
});

t.test('labels, and what they are taken for', async (t) => {
  const of = (right: string, given: string, times: number) =>
    Array.from({ length: times }, () => ({ right: [right], given: [given] }));
  const labelled = [...of('spam', 'spam', 3), ...of('spam', 'ham', 1), ...of('ham', 'ham', 8), ...of('ham', 'news', 2)];
  t.same(labelTable(labelled).rows, [
    ['news', '0', '0', '0', '0'],
    ['ham', '0.8889', '0.8000', '0.8421', '10'],
    ['spam', '1', '0.7500', '0.8571', '4'],
  ]);
  t.same(confusionTable(labelled).rows, [
    ['ham → news', '2', '20.0 %'],
    ['spam → ham', '1', '25.0 %'],
  ]);
});

t.test('predictions of a classifier', async (t) => {
  const row = (text: string, label: string, predicted: string, sure: number, source: string) => ({
    ...{ text, label, predicted, source },
    probabilities: { [predicted]: sure },
  });
  const rows = [
    row('one two', 'a', 'a', 0.9, 'web'),
    row('one two three four', 'a', 'b', 0.6, 'mail'),
    row('one two three', 'b', 'a', 0.8, 'mail'),
    row('one', 'b', 'b', 0.7, 'web'),
  ];
  const config = { slices: ['source'], min_rows: 1, length_bins: 2, worst: 3, bootstrap_resamples: 100 };
  const { metrics, outputs, displays } = await runKind(evaluateErrors, {
    config,
    inputs: { samples: writeDataset(rows) },
  });
  t.match(metrics, { score: 0.5, lowest_slice_score: 0, slices: 4, n: 4 });
  t.same(
    readJsonl(outputs.worst!).map(({ row, score }) => [row, score]),
    [
      [3, 0],
      [2, 0],
      [1, 1],
    ],
  );
  t.match(displays.slices!.split('\n')[1], /^(source: mail|length of text: 3–4 words) +2 +0 \[0, 0\] +-1 \[-1, -1\]/);
  t.match(displays['taken for another'], /a → b +1 +50.0 %/);
  t.match(displays.worst, /confidence .*\n3 +0 +0.80/);
  t.match(readFileSync(outputs.report!, 'utf8'), /## slices[\s\S]*## labels[\s\S]*## taken for another[\s\S]*## worst/);
});

t.test('any other score', async (t) => {
  const rows = Array.from({ length: 12 }, (_, index) => ({
    prompt: 'word '.repeat(index + 1),
    quality: { f1: index / 11 },
  }));
  const inputs = { samples: writeDataset(rows) };
  const { metrics, displays } = await runKind(evaluateErrors, { config: { score: 'quality.f1' }, inputs });
  t.match(metrics, { score: 0.5, slices: 4, n: 12 });
  t.ok(Math.abs(metrics.lowest_slice_score! - 1 / 11) < 1e-12);
  t.match(displays.slices, /length of prompt: 1–3 words +3 /);
  await t.rejects(runKind(evaluateErrors, { config: { score: 'f1' }, inputs }), {
    code: 'field-unfit',
    message: /Row 1 .* f1/,
  });
  const scored = writeDataset([{ prompt: 'x', acc: 1 }]);
  await t.rejects(runKind(evaluateErrors, { inputs: { samples: scored } }), {
    message: /predicted/,
    hint: /numbers: acc/,
  });
  await t.rejects(runKind(evaluateErrors, { inputs: { samples: writeDataset([]) } }), { code: 'dataset-empty' });
});
