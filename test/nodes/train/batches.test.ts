import fc from 'fast-check';
import t from 'tap';
import { createBatches, type ExampleBatchOptions } from '../../../nodes/train/batches.js';
import type { Example } from '../../../nodes/train/example.js';
import { packByBestFit } from '../../../nodes/train/packing.js';
import { paddedLengths } from '../../../nodes/train/padded-lengths.js';

const options: ExampleBatchOptions = { batchSize: 3, maxLength: 16, packed: false, padId: 1, seed: 7 };

/** Example i reads the tokens 100·i, 100·i + 1, … */
const example = (index: number, length: number): Example => {
  const ids = Array.from({ length }, (_, position) => 100 * index + position);
  return { ids, targets: ids.map((id) => id + 1) };
};
const examplesArbitrary = fc
  .array(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 40 })
  .map((lengths) => lengths.map((length, index) => example(index + 1, length)));

t.test('an epoch holds every token once, whatever the batches', async () => {
  fc.assert(
    fc.property(examplesArbitrary, fc.boolean(), fc.integer({ min: 0, max: 3 }), (examples, packed, epoch) => {
      const batches = createBatches(examples, { ...options, packed });
      const all = [...batches.epoch(epoch)];
      const pairs = all.flatMap(({ inputs: { ids, targets } }) =>
        [...ids!.data].flatMap((id, at) => (targets!.data[at] === -100 ? [] : [`${id}→${targets!.data[at]}`])),
      );
      const expected = examples.flatMap(({ ids, targets }) => ids.map((id, at) => `${id}→${targets[at]}`));
      const tokens = all.reduce((sum, batch) => sum + batch.tokens, 0);
      const supervised = all.reduce((sum, batch) => sum + batch.count, 0);
      const shapes = new Set(all.map(({ inputs }) => inputs.ids!.shape.join()));
      return (
        all.length === batches.perEpoch &&
        pairs.sort().join() === expected.sort().join() &&
        tokens === expected.length &&
        supervised === expected.length &&
        all.every(({ count }) => count > 0) &&
        shapes.size <= 3
      );
    }),
  );
});

t.test('packed rows keep documents apart: positions restart, segments differ, padding is 0', async (t) => {
  const [batch] = [
    ...createBatches([example(1, 9), example(2, 5)], { ...options, batchSize: 1, packed: true }).epoch(0),
  ];
  const { ids, positions, segments } = batch!.inputs;
  t.same([...ids!.data], [100, 101, 102, 103, 104, 105, 106, 107, 108, 200, 201, 202, 203, 204, 1, 1]);
  t.same([...positions!.data], [0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 0, 0]);
  t.same([...segments!.data], [1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 0, 0]);
});

t.test('the order is a function of seed and epoch', async (t) => {
  const examples = Array.from({ length: 20 }, (_, i) => example(i + 1, 4));
  const order = (seed: number, epoch: number) =>
    [...createBatches(examples, { ...options, seed }).epoch(epoch)]
      .flatMap(({ inputs }) => [...inputs.ids!.data])
      .join();
  t.equal(order(1, 0), order(1, 0));
  t.not(order(1, 0), order(1, 1));
  t.not(order(1, 0), order(2, 0));
});

t.test('rows are padded to few lengths that waste little', async (t) => {
  t.same(paddedLengths([3, 4, 5], 64), [8]);
  t.same(paddedLengths([...Array(90).fill(10), ...Array(9).fill(30), 100], 128), [16, 104]);
  t.same(paddedLengths([...Array(60).fill(10), ...Array(35).fill(60), ...Array(5).fill(500)], 512), [16, 64, 504]);
  t.same(paddedLengths([63], 63), [63], 'never above the limit');
});

t.test('packing: nothing lost, nothing too full, and not many more bins than needed', async () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }), (sizes) => {
      const bins = packByBestFit(sizes, (size) => size, 50);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const fits = bins.every((bin) => bin.reduce((sum, size) => sum + size, 0) <= 50);
      const kept = bins.flat().sort((a, b) => a - b);
      return (
        fits && kept.join() === [...sizes].sort((a, b) => a - b).join() && bins.length <= Math.ceil(total / 25) + 1
      );
    }),
  );
});
