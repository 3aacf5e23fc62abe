import fc from 'fast-check';
import t from 'tap';
import { bagsOf, divergencePValue } from '../../../nodes/data/drift/bags.js';
import { lengthBins } from '../../../nodes/data/drift/distributions.js';
import { dataDrift } from '../../../nodes/data/drift/drift.kind.js';
import {
  jensenShannon,
  populationStability,
  stabilityInWords,
} from '../../../nodes/statistics/distribution-distance.js';
import { runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';

t.test('distances of distributions', async (t) => {
  t.equal(jensenShannon([1, 2, 3], [2, 4, 6]), 0);
  t.equal(jensenShannon([3, 0], [0, 5]), 1);
  // scipy.spatial.distance.jensenshannon([1, 1, 2], [2, 1, 1], base=2) ** 2
  t.ok(Math.abs(jensenShannon([1, 1, 2], [2, 1, 1]) - 0.06127812445913283) < 1e-12);
  t.equal(populationStability([10, 10], [10, 10]), 0);
  // (0.3 - 0.5) ln(0.3 / 0.5) + (0.7 - 0.5) ln(0.7 / 0.5) = 0.1695, but for the half rows that are added.
  t.ok(Math.abs(populationStability([5e5, 5e5], [3e5, 7e5]) - 0.16946) < 1e-4);
  t.ok(Number.isFinite(populationStability([5, 0], [0, 5])));
  t.same([0.09, 0.1, 0.25].map(stabilityInWords), ['stable', 'moderate shift', 'large shift']);
  const counts = fc.array(fc.nat(50), { minLength: 4, maxLength: 4 }).filter((each) => each.some((count) => count > 0));
  fc.assert(
    fc.property(counts, counts, (a, b) => {
      const bits = jensenShannon(a, b);
      return bits >= 0 && bits <= 1 + 1e-12 && Math.abs(bits - jensenShannon(b, a)) < 1e-12;
    }),
  );
});

t.test('bins of lengths hold like many rows', async (t) => {
  const binOf = lengthBins(Array.from({ length: 100 }, (_, index) => index));
  const counts = new Map<string, number>();
  for (let length = 0; length < 100; length++) counts.set(binOf(length), (counts.get(binOf(length)) ?? 0) + 1);
  t.same([...counts.values()], Array(10).fill(10));
  t.equal(lengthBins([4, 4, 4])(4), '0');
});

t.test('p-values: small where sides differ, and not where they do not', async (t) => {
  const side = (word: string) => Array.from({ length: 20 }, (_, index) => [word, `w${index % 4}`]);
  t.equal(divergencePValue(bagsOf([...side('a'), ...side('b')]), 20, 99), 0.01);
  t.equal(divergencePValue(bagsOf([...side('a'), ...side('a')]), 20, 99), 1);
});

const rowsOf = (words: readonly string[], label: string, count = 30) =>
  Array.from({ length: count }, (_, index) => ({
    text: `${words.join(' ')} ${'more '.repeat(index % 5)}end${index}`,
    label,
  }));

t.test('datasets that differ, and that do not', async (t) => {
  const config = { permutations: 99 };
  const reference = writeDataset([...rowsOf(['red', 'green', 'blue'], 'colour'), ...rowsOf(['one', 'two'], 'number')]);
  const like = writeDataset([...rowsOf(['red', 'green', 'blue'], 'colour'), ...rowsOf(['one', 'two'], 'number')]);
  const same = await runKind(dataDrift, { config, inputs: { reference, dataset: like } });
  t.match(same.metrics, {
    length_js: 0,
    words_js: 0,
    labels_js: 0,
    length_psi: 0,
    rows_covered: 1,
    trigrams_covered: 1,
  });
  t.ok(same.metrics.words_p_value! > 0.5);
  t.match(same.warnings, [/60 of 60 rows are in the reference/]);
  const other = writeDataset(rowsOf(['red', 'black', 'a', 'b', 'c', 'd', 'e', 'f'], 'shade'));
  const far = await runKind(dataDrift, { config, inputs: { reference, dataset: other } });
  t.match(far.metrics, {
    labels_js: 1,
    words_p_value: 0.01,
    length_p_value: 0.01,
    labels_p_value: 0.01,
    rows_covered: 0,
  });
  t.match(far.metrics, { labels_covered: 0, rows: 30, reference_rows: 60 });
  t.ok(far.metrics.length_psi! > 0.25 && far.metrics.words_covered! > 0.2 && far.metrics.words_covered! < 0.8);
  t.match(far.warnings, [
    /large shift of the length/,
    /large shift of the labels/,
    /labels that the reference has not/,
  ]);
  t.match(far.displays.drift, /labels +1 +0.01000 +\d.* large shift/);
});

t.test('without labels or permutations, and what cannot be compared', async (t) => {
  const reference = writeDataset([{ prompt: 'a b', completion: 'c' }]);
  const inputs = { reference, dataset: writeDataset([{ prompt: 'A  b', completion: 'd' }]) };
  const { metrics } = await runKind(dataDrift, { config: { permutations: 0, fields: ['prompt'] }, inputs });
  t.equal(metrics.rows_covered, 1, 'case and white space aside');
  t.notOk('labels_js' in metrics || 'words_p_value' in metrics);
  await t.rejects(runKind(dataDrift, { inputs: { reference, dataset: writeDataset([]) } }), { code: 'dataset-empty' });
  await t.rejects(runKind(dataDrift, { config: { fields: ['text'] }, inputs }), { code: 'missing-field' });
});
