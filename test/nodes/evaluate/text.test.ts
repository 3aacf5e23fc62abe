import t from 'tap';
import { evaluateText } from '../../../nodes/evaluate/text.kind.js';
import { readJsonl, runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';

const rows = [
  { id: 'a', response: 'the cat sat', reference: 'The cat sat.' },
  { id: 'b', response: 'a dog', reference: ['two dogs', 'the dog'] },
  { id: 'c', response: '', reference: 'silence' },
  { id: 'd', response: 'red red red red red', reference: 'red' },
];
const evaluate = (samples: readonly object[], config: object = {}) =>
  runKind(evaluateText, { config: { ...config }, inputs: { samples: writeDataset(samples) } });

t.test('each row and all together, with intervals', async (t) => {
  const config = { metrics: ['exact_match', 'bleu', 'distinct_1', 'repetition_4', 'words'] };
  const { metrics, outputs, displays } = await evaluate(rows, config);
  t.equal(metrics.exact_match, 0.5, 'the best of several references counts');
  t.equal(metrics.words, 2.5);
  t.equal(metrics.distinct_1, 6 / 10);
  t.equal(metrics.n, 4);
  t.ok(metrics.exact_match_low! < 0.5 && metrics.exact_match_high! > 0.5);
  t.ok(metrics.bleu_low! <= metrics.bleu! && metrics.bleu! <= metrics.bleu_high!);
  t.notOk('distinct_1_low' in metrics);
  t.match(displays.signatures, /^bleu: nrefs:2\|case:mixed\|eff:no\|tok:13a\|smooth:exp$/);
  const samples = readJsonl(outputs.samples!);
  t.same(
    samples.map(({ id, exact_match: match, repetition_4: repetition }) => [id, match, repetition]),
    [
      ['a', 1, 0],
      ['b', 1, 0],
      ['c', 0, 0],
      ['d', 0, 0.5],
    ],
  );
  t.same((await evaluate(rows, config)).metrics, metrics, 'the same bytes again');
});

t.test('a higher confidence has a wider interval, and no resamples none', async (t) => {
  const many = Array.from({ length: 40 }, (_, i) => ({ response: i % 3 ? 'yes' : 'no', reference: 'yes' }));
  const narrow = (await evaluate(many, { confidence_level: 0.5 })).metrics;
  const wide = (await evaluate(many, { confidence_level: 0.99 })).metrics;
  t.ok(wide.exact_match_low! < narrow.exact_match_low! && wide.exact_match_high! > narrow.exact_match_high!);
  t.same(Object.keys((await evaluate(many, { bootstrap_resamples: 0 })).metrics), ['exact_match', 'token_f1', 'n']);
});

t.test('fields may have other names', async (t) => {
  const { metrics } = await evaluate([{ out: { text: 'x' }, gold: 'x' }], { response: 'out.text', reference: 'gold' });
  t.equal(metrics.exact_match, 1);
});

t.test('what cannot be scored is refused by its row', async (t) => {
  await t.rejects(evaluate([rows[0]!, { response: 'x' }]), {
    code: 'field-unfit',
    message: /Row 2 .*reference must be/,
  });
  await t.rejects(evaluate([{ response: 3, reference: 'x' }]), { code: 'field-unfit', message: /the number 3/ });
  await t.rejects(evaluate([{ response: 'x', reference: [] }]), { code: 'field-unfit', message: /an empty array/ });
  await t.rejects(evaluate([]), { code: 'dataset-empty' });
});
