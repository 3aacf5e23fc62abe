import fc from 'fast-check';
import t from 'tap';
import { apportion, drawCounts } from '../../../nodes/data/draw-sample.js';
import { dataSample } from '../../../nodes/data/sample.kind.js';
import { type KindResult, readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

interface Row {
  readonly id: number;
  readonly label: string;
}

type Sample = KindResult & { readonly rows: Row[] };

async function sample(rows: readonly object[], config: object): Promise<Sample> {
  const result = await runKind(dataSample, { config: { ...config }, inputs: { dataset: tempRows(rows) } });
  return { ...result, rows: readJsonl<Row>(result.outputs.dataset!) };
}

const labelled = (labels: string): Row[] => [...labels].map((label, id) => ({ id, label }));
const ids = (rows: readonly Row[]): number[] => rows.map(({ id }) => id);

t.test('without replacement: a subset of the exact size, in order, and again the same', async (t) => {
  const property = fc.asyncProperty(
    fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 40 }),
    fc.double({ min: 0.01, max: 1, noNaN: true }),
    fc.boolean(),
    fc.integer(),
    async (labels, fraction, stratified, seed) => {
      const rows = labelled(labels);
      const config = { fraction, seed, by: stratified ? 'label' : null };
      const result = await sample(rows, config);
      const size = Math.max(1, Math.round(fraction * rows.length));
      t.equal(result.rows.length, size);
      const taken = new Set(ids(result.rows));
      t.equal(taken.size, size);
      t.same(
        result.rows,
        rows.filter(({ id }) => taken.has(id)),
      );
      t.equal(result.counts['row not in the sample'] ?? 0, rows.length - size);
      t.same((await sample(rows, config)).rows, result.rows);
    },
  );
  await fc.assert(property, { numRuns: 25 });
});

t.test('stratified: each value keeps its share', async (t) => {
  const rows = labelled('aaaaaabbbc'.repeat(10));
  const { rows: taken } = await sample(rows, { n: 10, by: 'label', seed: 3 });
  const count = (label: string): number => taken.filter((row) => row.label === label).length;
  t.same(['a', 'b', 'c'].map(count), [6, 3, 1]);
  const rare = await sample(labelled('aaaaaaaaab'), { n: 2, by: 'label' });
  t.match(rare.warnings, [/^1 of 2 values of label are too rare/]);
  await t.rejects(sample([{ id: 1 }], { n: 1, by: 'label' }), { code: 'missing-field', message: /^row 1: `label`/ });
});

t.test('with replacement: rows repeat, and there may be more than there were', async (t) => {
  const rows = labelled('abc');
  const result = await sample(rows, { fraction: 100, replacement: true });
  t.equal(result.rows.length, 300);
  t.equal(result.metrics.distinct_rows, 3);
  t.same(ids(result.rows), [...ids(result.rows)].sort());
  // 100 expected each, with a standard deviation of 8.2.
  for (const id of [0, 1, 2]) t.ok(Math.abs(ids(result.rows).filter((each) => each === id).length - 100) < 40);
});

t.test('the shares sum up, and are off by less than one', async () => {
  const property = fc.property(
    fc.array(fc.integer({ min: 1, max: 10 ** 6 }), { minLength: 1, maxLength: 30 }),
    fc.integer({ min: 0, max: 10 ** 6 }),
    (counts, size) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const shares = apportion(size, counts);
      const sum = shares.reduce((all, share) => all + share, 0);
      return sum === size && shares.every((share, i) => Math.abs(share - (size * counts[i]!) / total) < 1 + 1e-6);
    },
  );
  fc.assert(property);
});

t.test('no stratum outgrows itself without replacement', async () => {
  const property = fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), fc.nat(), (counts, nat) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return apportion(nat % (total + 1), counts).every((share, index) => share <= counts[index]!);
  });
  fc.assert(property);
});

t.test('every row is as likely as another', (t) => {
  for (const replacement of [false, true]) {
    const times = new Float64Array(10);
    for (let seed = 0; seed < 2000; seed++) {
      drawCounts(10, 3, replacement, seed, 'test').forEach((count, index) => {
        times[index]! += count;
      });
    }
    // 600 expected each, with a standard deviation of at most 23.
    for (const count of times) t.ok(Math.abs(count - 600) < 115, `${count}`);
  }
  t.end();
});

t.test('what cannot be sampled is refused', async (t) => {
  const rows = labelled('abc');
  await t.rejects(sample(rows, { n: 4 }), { code: 'sample-impossible', hint: /replacement/ });
  await t.rejects(sample([], { n: 4, replacement: true }), { code: 'dataset-empty' });
  await t.rejects(sample(rows, {}), /either `n` or `fraction`/);
  await t.rejects(sample(rows, { n: 1, fraction: 0.5 }), /fraction needs either/);
  await t.rejects(sample(rows, { fraction: 1.5 }), /at most 1 without/);
  await t.rejects(sample(rows, { n: 1, by: 'a[' }), /not the path/);
});
