/** Ten steps of each method beside TRL's own trainers. */
import t from 'tap';
import { dpoLoss } from '../../../nodes/preference/dpo.js';
import { pairBatch, type ScoredPair } from '../../../nodes/preference/pair-batches.js';
import { scoreSequences } from '../../../nodes/preference/score.js';
import type { Device } from '../../../nodes/tensor/device.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { followTrajectory, grouped, padId, pairOf, readTrl, tinyLlama } from './trl.js';

const { batchSize, rows, trajectories } = readTrl();
const { signal } = new AbortController();

async function scoredPairs(device: Device): Promise<ScoredPair[]> {
  const pairs = rows.map(pairOf);
  const examples = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  const scores = await scoreSequences(device, tinyLlama, examples, { batchSize: 7, padId, signal });
  return pairs.map((pair, index) => ({
    ...pair,
    reference: { chosen: scores[2 * index]!, rejected: scores[2 * index + 1]! },
  }));
}

/** In the order of the rows; one place is left over, so that what fills a batch shows where it counts. */
function pairBatches(pairs: readonly ScoredPair[]) {
  return grouped(pairs, batchSize).map((group) => pairBatch(group, 12, { batchSize: batchSize + 1, padId }));
}

const plain = { beta: 0.1, loss_type: 'sigmoid', label_smoothing: 0, rpo_alpha: null } as const;
const variants = {
  dpo: plain,
  dpo_hinge: { ...plain, loss_type: 'hinge' },
  dpo_ipo_trl: { ...plain, loss_type: 'ipo_trl' },
  dpo_robust: { ...plain, loss_type: 'robust', label_smoothing: 0.2 },
  dpo_rpo: { ...plain, rpo_alpha: 0.5 },
} as const;

for (const name of devicesUnderTest) {
  t.test(`DPO and its relatives on ${name} follow TRL`, async (t) => {
    await withDevice(name, async (device) => {
      const batches = pairBatches(await scoredPairs(device));
      for (const [variant, options] of Object.entries(variants)) {
        if (name === 'reference' && variant !== 'dpo') continue;
        await t.test(variant, async (t) => {
          const loss = dpoLoss(tinyLlama.config, options);
          await followTrajectory(t, device, tinyLlama, loss, batches, trajectories[variant]!);
        });
      }
    });
  });
}
