import t from 'tap';
import { createRewardModel } from '../../../nodes/reward/score.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { largestDifference } from '../nn/tiny-llama.js';
import { facts, rewardModelOf } from './facts.js';

const { sequences, head, last } = facts.scores;
const first = last.map(([score]) => score!);

for (const name of devicesUnderTest) {
  t.test(`rewards on ${name}, in any order and any batch size`, async (t) => {
    await withDevice(name, async (device) => {
      for (const batchSize of [1, 2, 7]) {
        const model = createRewardModel(device, rewardModelOf([head[0]!]), { batchSize });
        t.ok(largestDifference(await model.scores(sequences), first) < 1e-5, `batches of ${batchSize}`);
        const backwards = [...sequences].reverse();
        t.ok(largestDifference((await model.scores(backwards)).reverse(), first) < 1e-5);
        t.same(await model.scores([]), new Float64Array(0));
        await model.dispose();
      }
      const normalised = createRewardModel(device, rewardModelOf([head[0]!], { mean: 0.5, std: 2 }), { batchSize: 3 });
      const expected = first.map((score) => (score - 0.5) / 2);
      t.ok(largestDifference(await normalised.scores(sequences), expected) < 1e-5, 'normalised');
      await normalised.dispose();
    });
  });
}

t.test('it tells how far it is, and stops when asked to', async (t) => {
  await withDevice('reference', async (device) => {
    const model = createRewardModel(device, rewardModelOf([head[0]!]), { batchSize: 2 });
    const done: number[] = [];
    await model.scores(sequences, { onProgress: (count) => done.push(count) });
    t.same(done, [2, 4, 5]);
    const abort = new AbortController();
    const stopped = model.scores(sequences, { signal: abort.signal, onProgress: () => abort.abort() });
    await t.rejects(stopped, { name: 'Stopped' });
  });
});
