/**
 * Learning-rate schedules as functions of the step, with Hugging Face's meaning: the step counts updates already made,
 * so the first update (step 0) of a warmed-up schedule has rate 0, and the rate would reach its end at `totalSteps`.
 */

export const scheduleTypes = ['constant', 'constant_with_warmup', 'linear', 'cosine'] as const;
export type ScheduleType = (typeof scheduleTypes)[number];

export interface Schedule {
  readonly type: ScheduleType;
  /** The highest rate. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** The rate of the update that follows `step` updates. */
export function learningRateAt(schedule: Schedule, step: number): number {
  return schedule.learningRate * factorAt(schedule, step);
}

function factorAt({ type, warmupSteps, totalSteps }: Schedule, step: number): number {
  if (type === 'constant') return 1;
  if (step < warmupSteps) return step / warmupSteps;
  if (type === 'constant_with_warmup') return 1;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  return type === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
}
