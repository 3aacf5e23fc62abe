/** Ten steps of classification beside Transformers. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { classifierLoss } from '../../../nodes/classifier/classifier-loss.js';
import { labelBatch } from '../../../nodes/classifier/label-batches.js';
import { headWeight } from '../../../nodes/nn/sequence-head.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { followTrajectory, grouped, padId, type Trajectory } from '../preference/trl.js';
import { body, matrixOf } from '../reward/facts.js';

interface Text {
  readonly ids: readonly number[];
  readonly labels: readonly number[];
}
interface Facts {
  readonly batchSize: number;
  readonly weights: readonly number[];
  readonly head: readonly number[][];
  readonly single: readonly Text[];
  readonly multi: readonly Text[];
  readonly trajectories: Readonly<Record<'single' | 'weighted' | 'multi' | 'multi_weighted', Trajectory>>;
}
const facts = JSON.parse(readFileSync('test/nodes/classifier/fixtures/classifier.json', 'utf8')) as Facts;
const { batchSize, head } = facts;
const model = { config: body.config, parameters: { ...body.parameters, [headWeight]: matrixOf(head) } };
const even = [1, 1, 1];
const variants = {
  single: { texts: facts.single, several: false, weights: even },
  weighted: { texts: facts.single, several: false, weights: facts.weights },
  multi: { texts: facts.multi, several: true, weights: even },
  multi_weighted: { texts: facts.multi, several: true, weights: facts.weights },
} as const;

for (const name of devicesUnderTest) {
  t.test(`classification on ${name}`, async (t) => {
    await withDevice(name, async (device) => {
      for (const [variant, { texts, several, weights }] of Object.entries(variants)) {
        if (name === 'reference' && !variant.endsWith('weighted')) continue;
        await t.test(variant, async (t) => {
          const sequences = texts.map(({ ids, labels }) => ({ sequence: ids, labels }));
          // One place is left over, so that what fills a batch shows where it counts.
          const options = { batchSize: batchSize + 1, padId, maxLength: 64, seed: 0, several, weights };
          const batches = grouped(sequences, batchSize).map((group) => labelBatch(group, 13, options));
          const learner = classifierLoss(model.config, { pooling: 'last_token', several, weights });
          const expected = facts.trajectories[variant as keyof typeof variants];
          await followTrajectory(t, device, model, learner, batches, expected);
        });
      }
    });
  });
}
