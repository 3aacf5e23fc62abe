import t from 'tap';
import { learningRateAt, type Schedule, scheduleTypes } from '../../../nodes/optim/schedule.js';

const rates = (schedule: Partial<Schedule>) =>
  Array.from({ length: 7 }, (_, step) =>
    Number(
      learningRateAt({ type: 'linear', learningRate: 8, warmupSteps: 2, totalSteps: 6, ...schedule }, step).toFixed(4),
    ),
  );

t.test('rates as Hugging Face computes them, the first update at step 0', async (t) => {
  t.same(rates({ type: 'constant' }), [8, 8, 8, 8, 8, 8, 8]);
  t.same(rates({ type: 'constant_with_warmup' }), [0, 4, 8, 8, 8, 8, 8]);
  t.same(rates({ type: 'linear' }), [0, 4, 8, 6, 4, 2, 0]);
  t.same(rates({ type: 'cosine' }), [0, 4, 8, 6.8284, 4, 1.1716, 0]);
});

t.test('no warm-up starts at the top; one longer than the run never divides by 0', async (t) => {
  for (const type of scheduleTypes) t.equal(rates({ type, warmupSteps: 0 })[0], 8, type);
  for (const type of scheduleTypes) t.ok(rates({ type, warmupSteps: 9, totalSteps: 3 }).every(Number.isFinite), type);
});
