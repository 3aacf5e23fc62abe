import fc from 'fast-check';
import t from 'tap';
import { dataMix } from '../../../nodes/data/mix.kind.js';
import { type KindResult, readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

type Mix = KindResult & { readonly names: string[] };

/** Mixes datasets of these sizes; a row is named by its dataset and its number in it. */
async function mix(sizes: readonly number[], config: object = {}): Promise<Mix> {
  const datasets = sizes.map((size, dataset) =>
    tempRows(Array.from({ length: size }, (_, row) => ({ name: `${'abc'[dataset]}${row}` }))),
  );
  const result = await runKind(dataMix, { config: { ...config }, inputs: { datasets } });
  return { ...result, names: readJsonl<{ name: string }>(result.outputs.dataset!).map(({ name }) => name) };
}

t.test('in turn, in whole rounds, until the first or the last is used up', async (t) => {
  const first = await mix([2, 3, 4]);
  t.same(first.names, ['a0', 'b0', 'c0', 'a1', 'b1', 'c1']);
  t.same(first.counts, { 'row left over': 3 });
  const all = await mix([1, 3], { stopping_strategy: 'all_exhausted' });
  t.same(all.names, ['a0', 'b0', 'a0', 'b1', 'a0', 'b2']);
  t.same(all.counts, { 'row repeated': 2 });
  t.same(all.metrics, { rows: 6, repeated_rows: 2, rows_left_over: 0 });
  t.same(all.displays, { mixture: '6 rows; dataset 1: 3, dataset 2: 3' });
});

t.test('by weight: each dataset in its order, and again the same', async (t) => {
  const size = fc.integer({ min: 1, max: 12 });
  const property = fc.asyncProperty(
    size,
    size,
    fc.constantFrom('first_exhausted', 'all_exhausted'),
    fc.integer(),
    async (a, b, strategy, seed) => {
      const config = { weights: [1, 3], stopping_strategy: strategy, seed };
      const { names, counts } = await mix([a, b], config);
      t.same((await mix([a, b], config)).names, names);
      const drawn = ['a', 'b'].map((letter) => names.filter((name) => name.startsWith(letter)));
      for (const [index, total] of [a, b].entries()) {
        const expected = drawn[index]!.map((_, draw) => `${'ab'[index]}${draw % total}`);
        t.same(drawn[index], expected);
      }
      const used = [drawn[0]!.length - a, drawn[1]!.length - b];
      if (strategy === 'first_exhausted') {
        t.equal(Math.max(...used), 0, 'one is used up, none more than once');
        t.equal(counts['row left over'] ?? 0, -used[0]! - used[1]!);
      } else {
        t.equal(Math.min(...used), 0, 'the last draw uses up the last');
        t.equal(counts['row repeated'] ?? 0, used[0]! + used[1]!);
      }
    },
  );
  await fc.assert(property, { numRuns: 30 });
});

t.test('the weights are the shares', async (t) => {
  const { names } = await mix([400, 4000], { weights: [0.1, 0.9] });
  const share = names.filter((name) => name.startsWith('a')).length / names.length;
  t.ok(Math.abs(share - 0.1) < 0.02, `${share}`);
});

t.test('what does not fit together is refused', async (t) => {
  await t.rejects(mix([1, 1], { weights: [1] }), { code: 'weights-mismatch', message: /1 weights for 2 datasets/ });
  await t.rejects(mix([1, 0]), { code: 'dataset-empty', message: /dataset 2/ });
  await t.rejects(mix([1], { weights: [0] }), /weights/);
  t.equal(dataMix.outputs.dataset!.rows!({ config: {}, rows: { datasets: 'text' } }), 'text');
  t.equal((await mix([3])).names.length, 3);
});
