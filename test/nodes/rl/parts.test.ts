import fc from 'fast-check';
import t from 'tap';
import { batchShapes, experienceInputs, fromTensors, toTensors } from '../../../nodes/rl/experience.js';
import { explainedVariance } from '../../../nodes/rl/explained-variance.js';
import { isAmongLast, isSampled } from '../../../nodes/rl/progress.js';
import { promptSequence } from '../../../nodes/rl/prompts.js';
import { baselineOf } from '../../../nodes/rl/reinforce.js';
import { batchesOfUpdate } from '../../../nodes/rl/rollout-shape.js';

const experience = {
  sequences: [
    { promptIds: [5, 6, 7], responseIds: [8, 0], masked: false },
    { promptIds: [9], responseIds: [10, 11, 12], masked: true },
  ],
  columns: { advantages: [Float32Array.of(1, 2), Float32Array.of(3, 4, 5)] },
};
const shapes = batchShapes([3, 1], { maxCompletionLength: 8, padId: 99, maxPositions: 64 });

t.test('a batch asks for the tokens of responses, where they are predicted', (t) => {
  const { inputs, tokens, counted } = experienceInputs(experience, [1, 0], shapes);
  const { ids, places, targets, advantages } = inputs;
  t.same(ids!.shape, [2, 16]);
  t.same([...ids!.data.subarray(0, 5)], [9, 10, 11, 99, 99], 'the last token of a response need not be read');
  t.same([...ids!.data.subarray(16, 21)], [5, 6, 7, 8, 99]);
  t.same([...places!.data], [0, 1, 2, 0, 0, 0, 0, 0, 18, 19, 16, 16, 16, 16, 16, 16]);
  t.same([...targets!.data.subarray(0, 8)], new Array(8).fill(-100), 'a masked response asks nothing');
  t.same([...targets!.data.subarray(8, 11)], [8, 0, -100]);
  t.same([...advantages!.data], [...new Array(8).fill(0), 1, 2, 0, 0, 0, 0, 0, 0]);
  t.equal(tokens, 3 + 4);
  t.equal(counted, 2);
  t.end();
});

t.test('an experience comes through a checkpoint as it was', (t) => {
  t.same(fromTensors(toTensors(experience)), experience);
  t.end();
});

t.test('batches have few shapes', (t) => {
  const lengths = (most: number) =>
    batchShapes([3], { maxCompletionLength: most, padId: 0, maxPositions: 999 }).lengths;
  t.same(lengths(64), [16, 32, 64]);
  t.same(lengths(50), [16, 32, 50]);
  t.same(lengths(1), [8]);
  t.end();
});

t.test('each pass over a rollout sees every response once', (t) => {
  const shape = fc.record({
    generations: fc.constant(1),
    batchSize: fc.integer({ min: 1, max: 4 }),
    accumulation: fc.integer({ min: 1, max: 3 }),
    miniBatches: fc.integer({ min: 1, max: 3 }),
    passes: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(shape, fc.nat(5), (one, rollout) => {
      const { passes, miniBatches, accumulation, batchSize } = one;
      for (let pass = 0; pass < passes; pass++) {
        const updates = Array.from({ length: miniBatches }, (_, m) =>
          batchesOfUpdate(one, 7, rollout, pass * miniBatches + m),
        );
        if (!updates.flat().every((rows) => rows.length === batchSize)) return false;
        const seen = updates.flat(2).sort((a, b) => a - b);
        if (seen.join() !== Array.from({ length: miniBatches * accumulation * batchSize }, (_, i) => i).join())
          return false;
      }
      return true;
    }),
  );
  t.end();
});

t.test('prompts come in a new order each epoch', (t) => {
  const prompts = [0, 1, 2, 3, 4, 5, 6, 7].map((id) => ({ text: String(id), ids: [id], row: {} }));
  const at = promptSequence(prompts, 3);
  const epochs = [0, 1, 2].map((epoch) => prompts.map((_, index) => at(epoch * 8 + index).ids[0]!));
  for (const epoch of epochs) t.same([...epoch].sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  t.not(epochs[0]!.join(), epochs[1]!.join());
  t.equal(promptSequence(prompts, 3)(17).ids[0], epochs[2]![1], 'whatever was asked before');
  t.end();
});

t.test('baselines', (t) => {
  const moving = { baseline: 'moving_average', baseline_decay: 0.75 } as const;
  t.same(baselineOf(moving, 4, {}), { baseline: 4, next: { average: 4 } });
  t.same(baselineOf(moving, 8, { average: 4 }), { baseline: 4, next: { average: 5 } });
  t.same(baselineOf({ ...moving, baseline: 'batch' }, 8, {}), { baseline: 8, next: {} });
  t.same(baselineOf({ ...moving, baseline: 'none' }, 8, {}), { baseline: 0, next: {} });
  t.end();
});

t.test('explained variance', (t) => {
  const returns = [Float32Array.of(1, 2), Float32Array.of(3)];
  t.equal(explainedVariance(returns, returns), 1);
  t.equal(explainedVariance([Float32Array.of(5, 5), Float32Array.of(5)], returns), 0);
  t.ok(explainedVariance([Float32Array.of(3, 2), Float32Array.of(1)], returns) < 0);
  t.equal(explainedVariance(returns, [Float32Array.of(1, 1), Float32Array.of(1)]), 0, 'nothing to explain');
  t.end();
});

t.test('which rollouts are shown and counted in the end', (t) => {
  const shown = Array.from({ length: 100 }, (_, rollout) => rollout).filter((rollout) => isSampled(rollout, 100));
  t.equal(shown.length, 8);
  t.same([shown[0], shown.at(-1)], [0, 99]);
  t.same([isAmongLast(89, 100), isAmongLast(90, 100), isAmongLast(0, 1)], [false, true, true]);
  t.end();
});
