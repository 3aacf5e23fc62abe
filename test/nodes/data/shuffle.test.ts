import fc from 'fast-check';
import t from 'tap';
import { dataShuffle } from '../../../nodes/data/shuffle.kind.js';
import { readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

async function shuffle(rows: readonly object[], seed?: number): Promise<Record<string, unknown>[]> {
  const config = seed === undefined ? {} : { seed };
  const { outputs } = await runKind(dataShuffle, { config, inputs: { dataset: tempRows(rows) } });
  return readJsonl(outputs.dataset!);
}

t.test('a permutation, the same for the same seed', async (t) => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
    async (n, seed) => {
      const rows = Array.from({ length: n }, (_, id) => ({ id, text: `é\n${id}` }));
      const shuffled = await shuffle(rows, seed);
      t.same(await shuffle(rows, seed), shuffled);
      t.same(
        shuffled.sort((a, b) => Number(a.id) - Number(b.id)),
        rows,
      );
    },
  );
  await fc.assert(property, { numRuns: 20 });
});

t.test('every order comes up about as often', async (t) => {
  const rows = [{ id: 0 }, { id: 1 }, { id: 2 }];
  const times = new Map<string, number>();
  for (let seed = 0; seed < 300; seed++) {
    const order = (await shuffle(rows, seed)).map(({ id }) => id).join('');
    times.set(order, (times.get(order) ?? 0) + 1);
  }
  t.equal(times.size, 6);
  // 50 expected each, with a standard deviation of 6.5.
  for (const [order, count] of times) t.ok(Math.abs(count - 50) < 30, `${order}: ${count}`);
});

t.test('no rows, and the row type', async (t) => {
  await t.rejects(shuffle([]), { code: 'dataset-empty' });
  t.equal(dataShuffle.outputs.dataset!.rows!({ config: {}, rows: { dataset: 'text' } }), 'text');
});
