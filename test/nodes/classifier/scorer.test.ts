import fc from 'fast-check';
import t from 'tap';
import { createScorer, paddedBatch, roundedLength } from '../../../nodes/classifier/scorer.js';
import { withDevice } from '../devices-under-test.js';
import { largestDifference } from '../nn/tiny-llama.js';
import { facts, rewardModelOf } from '../reward/facts.js';

const { sequences, head, last } = facts.scores;

t.test('every label has its score, in any order and any batch size', async (t) => {
  const model = rewardModelOf(head);
  const labelled = { ...model, head: { ...model.head, labels: ['a', 'b', 'c'] } };
  await withDevice('onnx-cpu', async (device) => {
    for (const batchSize of [1, 2, 7]) {
      const scorer = createScorer(device, labelled, batchSize);
      const scores = await scorer.scores(sequences);
      t.ok(
        largestDifference(
          scores.flatMap((row) => [...row]),
          last.flat(),
        ) < 1e-5,
        `batches of ${batchSize}`,
      );
      const backwards = (await scorer.scores([...sequences].reverse())).reverse();
      t.ok(
        largestDifference(
          backwards.flatMap((row) => [...row]),
          last.flat(),
        ) < 1e-5,
      );
      await scorer.dispose();
    }
  });
});

t.test('few lengths, and little padding', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (length) => {
      const rounded = roundedLength(length);
      return rounded >= length && rounded - length < Math.max(8, length / 4) && rounded % 8 === 0;
    }),
  );
  const lengths = new Set(Array.from({ length: 1024 }, (_, index) => roundedLength(index + 1)));
  t.ok(lengths.size <= 24, `${lengths.size} lengths up to 1024`);
  t.equal(paddedBatch([[1, 2, 3]], 2, 5).ids.shape[1], 5, 'no longer than the model can read');
  t.throws(() => paddedBatch([[1, 2, 3]], 1, 2), /3 tokens/);
  t.end();
});
