import fc from 'fast-check';
import t from 'tap';
import { chooseKeys, countHeldOut } from '../../../nodes/data/hold-out.js';
import { dataSplit } from '../../../nodes/data/split.kind.js';
import { type KindResult, readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

type Row = Readonly<Record<string, unknown>>;

async function split(rows: readonly Row[], config: Row): Promise<KindResult & { train: Row[]; validation: Row[] }> {
  const result = await runKind(dataSplit, { config, inputs: { dataset: tempRows(rows) } });
  return { ...result, train: readJsonl(result.outputs.train!), validation: readJsonl(result.outputs.validation!) };
}

const seeds = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });

t.test('row by row: a partition of the exact size, in order, and again the same', async (t) => {
  const property = fc.asyncProperty(
    fc.integer({ min: 2, max: 60 }),
    fc.integer({ min: 1, max: 59 }),
    seeds,
    async (n, k, seed) => {
      fc.pre(k < n);
      const rows = Array.from({ length: n }, (_, id) => ({ id }));
      const { train, validation, metrics } = await split(rows, { validation: k, seed });
      t.equal(validation.length, k);
      t.same(
        [...train, ...validation].sort((a, b) => Number(a.id) - Number(b.id)),
        rows,
      );
      for (const side of [train, validation])
        t.same(
          side,
          [...side].sort((a, b) => Number(a.id) - Number(b.id)),
        );
      t.same(metrics, { train_rows: n - k, validation_rows: k });
      t.same((await split(rows, { validation: k, seed })).validation, validation);
    },
  );
  await fc.assert(property, { numRuns: 30 });
});

t.test('by group: no group on both sides, exact in groups, whatever the order of the rows', async (t) => {
  const groups = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 40 });
  const property = fc.asyncProperty(
    groups,
    fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    seeds,
    async (values, fraction, seed) => {
      const distinct = new Set(values).size;
      fc.pre(distinct > 1);
      const rows = values.map((value, id) => ({ id, at: { value } }));
      const config = { validation: fraction, by: 'at.value', seed };
      const sides = await split(rows, config);
      const valuesOf = (side: Row[]): Set<string> => new Set(side.map((row) => (row.at as { value: string }).value));
      const [train, validation] = [valuesOf(sides.train), valuesOf(sides.validation)];
      t.equal(validation.size, Math.min(distinct - 1, Math.max(1, Math.round(distinct * fraction))));
      t.equal(train.size + validation.size, distinct);
      t.equal(sides.train.length + sides.validation.length, rows.length);
      t.same(valuesOf((await split([...rows].reverse(), config)).validation), validation);
    },
  );
  await fc.assert(property, { numRuns: 30 });
});

t.test('two datasets with the same groups hold out the same ones', async (t) => {
  const names = Array.from({ length: 50 }, (_, i) => `country ${i}`);
  const config = { validation: 0.2, by: 'country', seed: 7 };
  const statements = await split(
    names.flatMap((country) => [
      { country, text: 'a' },
      { country, text: 'b' },
    ]),
    config,
  );
  const questions = await split(
    [...names].reverse().map((country) => ({ country, prompt: 'q' })),
    config,
  );
  const held = (rows: Row[]): unknown[] => [...new Set(rows.map((row) => row.country))].sort();
  t.same(held(statements.validation), held(questions.validation));
  t.equal(held(questions.validation).length, 10);
});

t.test('the choice depends on the seed and favours no one', async (t) => {
  const keys = Array.from({ length: 10 }, (_, i) => `k${i}`);
  const times = new Map(keys.map((key) => [key, 0]));
  for (let seed = 0; seed < 2000; seed++) {
    for (const key of chooseKeys(keys, 3, seed)) times.set(key, times.get(key)! + 1);
  }
  // 600 expected each, with a standard deviation of 20.
  for (const [key, count] of times) t.ok(Math.abs(count - 600) < 100, `${key}: ${count}`);
});

t.test('fractions are rounded, and both sides get something', async (t) => {
  t.equal(countHeldOut(10, 0.25, 'rows'), 3);
  t.equal(countHeldOut(10, 0.001, 'rows'), 1);
  t.equal(countHeldOut(10, 0.999, 'rows'), 9);
  t.equal(countHeldOut(10, 1, 'rows'), 1);
  t.throws(() => countHeldOut(10, 10, 'rows'), { code: 'split-impossible', message: /10 of 10 rows/ });
  t.throws(() => countHeldOut(1, 0.5, 'groups'), { code: 'split-impossible', message: /at least 2 groups/ });
});

t.test('held-out rows that are also in train are counted', async (t) => {
  const { counts, warnings } = await split([{ text: 'a' }, { text: 'a' }, { text: 'a' }], { validation: 1 });
  t.same(counts, { 'held-out row that is also in train': 1 });
  t.match(warnings, [/1 of 1 held-out rows/]);
  const apart = await split([{ text: 'a' }, { text: 'b' }], { validation: 1 });
  t.same(apart.warnings, []);
});

t.test('what cannot be split is refused', async (t) => {
  await t.rejects(split([{ a: 1 }], { validation: 0.5 }), { code: 'split-impossible' });
  await t.rejects(split([{ a: 1 }, { b: 1 }], { validation: 0.5, by: 'a' }), {
    code: 'missing-field',
    message: /^row 2: `a`.*nothing/,
  });
  await t.rejects(split([{ a: [] }, { a: 1 }], { validation: 0.5, by: 'a' }), { message: /an empty array/ });
  await t.rejects(split([], { validation: 1.5 }), /fraction below 1 or a whole number/);
  await t.rejects(split([], { validation: 0 }), /validation/);
  t.same((await split([{ a: 1 }, { a: '1' }], { validation: 0.5, by: 'a' })).train.length, 1);
});

t.test('row types pass through', (t) => {
  const context = { config: {}, rows: { dataset: 'text' } };
  t.equal(dataSplit.outputs.train!.rows!(context), 'text');
  t.equal(dataSplit.outputs.validation!.rows!({ config: {}, rows: {} }), undefined);
  t.end();
});
