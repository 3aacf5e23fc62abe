import t from 'tap';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { openDevice } from '../../../nodes/tensor/open-device.js';
import { createReporter } from '../../../nodes/train/reporter.js';
import { measureMatmulRate, trainingFlopsPerToken } from '../../../nodes/train/utilisation.js';

t.test('matrices count, six times where they learn and four where they do not', async (t) => {
  const parameters = { frozen: float32([10, 20]), learned: float32([3, 5]), norm: float32([100]) };
  t.equal(trainingFlopsPerToken({ parameters, trainable: ['learned', 'norm'] }), 4 * 200 + 6 * 15);
});

t.test('the rate of a device', async (t) => {
  const device = await openDevice('onnx-cpu', { threads: 1 });
  const rate = (await measureMatmulRate(device))!;
  await device.dispose();
  t.ok(rate > 1e8 && rate < 1e15, `${rate} FLOP/s`);
  const reference = await openDevice('reference', { threads: 1 });
  t.equal(await measureMatmulRate(reference), undefined);
  await reference.dispose();
});

t.test('a run of some length shows its utilisation, a short one only its speed', async (t) => {
  const clock = { now: 0 };
  const original = performance.now;
  performance.now = () => clock.now;
  t.teardown(() => {
    performance.now = original;
  });
  const logs: Readonly<Record<string, number>>[] = [];
  let measurements = 0;
  const report = createReporter({ progress: () => {}, log: (_, values) => void logs.push(values) }, 3, {
    flopsPerToken: 50,
    measurePeak: async () => {
      measurements++;
      clock.now += 700;
      return 1e6;
    },
  });
  clock.now = 1000;
  await report(1, { loss: 2 }, 4000);
  clock.now = 6000;
  await report(2, { loss: 1 }, 10_000);
  clock.now += 1000;
  await report(3, { loss: 1 }, 8000);
  t.same(logs, [
    { loss: 2, tokens_per_second: 4000 },
    { loss: 1, tokens_per_second: 2000, mfu: 0.1 },
    { loss: 1, tokens_per_second: 8000, mfu: 0.4 },
  ]);
  t.equal(measurements, 1);
});

t.test('a device that was busy when it was measured is not used beyond its all', async (t) => {
  const clock = { now: 0 };
  const original = performance.now;
  performance.now = () => clock.now;
  t.teardown(() => {
    performance.now = original;
  });
  const shares: (number | undefined)[] = [];
  const report = createReporter({ progress: () => {}, log: (_, { mfu }) => void shares.push(mfu) }, 3, {
    flopsPerToken: 50,
    measurePeak: async () => 1e6,
  });
  for (const [ms, tokens] of [
    [10_000, 100_000],
    [1000, 40_000],
    [1000, 20_000],
  ] as const) {
    clock.now += ms;
    await report(shares.length + 1, { loss: 1 }, tokens);
  }
  t.same(shares, [0.5, 1, 0.5], 'the best that was seen counts from then on');
});
