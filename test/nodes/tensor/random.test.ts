import fc from 'fast-check';
import t from 'tap';
import { philox4x32 } from '../../../nodes/tensor/philox.js';
import { createRandom } from '../../../nodes/tensor/random.js';

t.test('Philox4x32-10 gives the known answers of Random123', async (t) => {
  const answers = [
    { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ] as const;
  for (const { counter, key, words } of answers) {
    const out = new Uint32Array(4);
    philox4x32(out, counter, key[0], key[1]);
    t.same([...out], words);
  }
});

t.test('a draw depends on seed, purpose, counters and index alone', async (t) => {
  const seed = fc.oneof(fc.maxSafeInteger(), fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n));
  fc.assert(
    fc.property(seed, fc.string(), fc.array(fc.maxSafeInteger()), fc.array(fc.nat(1e6)), (s, purpose, counters, at) => {
      const once = createRandom(s, purpose, ...counters);
      const again = createRandom(s, purpose, ...counters);
      const forwards = at.map((i) => [once.uint32(i), once.normal(i)]);
      const backwards = [...at].reverse().map((i) => [again.uint32(i), again.normal(i)]);
      t.same(forwards, backwards.reverse());
    }),
    { numRuns: 50 },
  );
  const first = (...args: Parameters<typeof createRandom>) => createRandom(...args).uint32(0);
  const draws = [
    first(1, 'a'),
    first(2, 'a'),
    first(1, 'b'),
    first(1, 'a', 0),
    first(1, 'a', 1),
    first(1, 'a', 0, 0),
    first(2n ** 32n, 'a'),
  ];
  t.equal(new Set(draws).size, draws.length);
  t.equal(first(7, 'a'), first(7n, 'a'), 'a bigint seed equals the number');
});

t.test('numbers are distributed as they should be', async (t) => {
  const random = createRandom(3, 'moments');
  const n = 200_000;
  const values = new Float32Array(n);
  random.fillNormal(values, 2);
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
  const kurtosis = values.reduce((sum, x) => sum + (x - mean) ** 4, 0) / n / variance ** 2;
  t.ok(Math.abs(mean) < 0.02, `mean ${mean}`);
  t.ok(Math.abs(variance - 4) < 0.06, `variance ${variance}`);
  t.ok(Math.abs(kurtosis - 3) < 0.1, `kurtosis ${kurtosis}`);
  t.equal(values[12345], Math.fround(2 * random.normal(12345)));
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < n; i++) bins[Math.floor(random.uniform(i) * 10)]! += 1;
  for (const bin of bins) t.ok(Math.abs(bin - n / 10) < 600, `bin ${bin}`);
});

t.test('a permutation holds every number once, and every order comes up', async (t) => {
  fc.assert(
    fc.property(fc.nat(300), fc.maxSafeInteger(), (n, seed) => {
      const order = createRandom(seed, 'order').permutation(n);
      t.same(
        [...order].sort((a, b) => a - b),
        Array.from({ length: n }, (_, i) => i),
      );
    }),
    { numRuns: 50 },
  );
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = createRandom(1, 'order', i).permutation(3).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  t.equal(counts.size, 6);
  for (const count of counts.values()) t.ok(Math.abs(count - 1000) < 150, `${count} of 6000`);
});

t.test('seeds and counters that cannot be exact are refused', async (t) => {
  for (const seed of [0.5, Number.NaN, 2 ** 53, 2n ** 64n, -(2n ** 63n) - 1n]) {
    t.throws(() => createRandom(seed, 'x'), RangeError);
  }
  t.throws(() => createRandom(1, 'x', 0.5), RangeError);
});
