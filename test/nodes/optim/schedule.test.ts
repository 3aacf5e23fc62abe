import { readFileSync } from 'node:fs';
import t from 'tap';
import { learningRateAt, type Schedule, type ScheduleType, scheduleTypes } from '../../../nodes/optim/schedule.js';
import { scheduleOptionsOf } from '../../../nodes/train/schedule-arguments.js';

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

interface Case {
  readonly name: ScheduleType;
  readonly warmup: number;
  readonly total: number;
  readonly kwargs: Parameters<typeof scheduleOptionsOf>[0];
  readonly rates: readonly number[];
}

t.test("every schedule follows Transformers' get_scheduler, with its options", async (t) => {
  const cases = JSON.parse(readFileSync('test/nodes/optim/fixtures/schedules.json', 'utf8')) as readonly Case[];
  t.same(new Set(cases.map(({ name }) => name)), new Set(scheduleTypes));
  for (const { name, warmup, total, kwargs, rates } of cases) {
    const options = scheduleOptionsOf(kwargs);
    const schedule = { type: name, learningRate: 0.5, warmupSteps: warmup, totalSteps: total, options };
    const off = rates.map((rate, step) => Math.abs(learningRateAt(schedule, step) - rate));
    t.ok(Math.max(...off) < 1e-12, `${name} ${JSON.stringify(kwargs)}`);
  }
});
