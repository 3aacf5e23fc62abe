/**
 * Learning-rate schedules as functions of the step, with the meaning of Transformers' `get_scheduler`: the step counts
 * updates already made, so the first update (step 0) of a warmed-up schedule has rate 0.
 */

export const scheduleTypes = [
  'constant',
  'constant_with_warmup',
  'linear',
  'cosine',
  'cosine_with_restarts',
  'cosine_with_min_lr',
  'polynomial',
  'inverse_sqrt',
  'warmup_stable_decay',
] as const;
export type ScheduleType = (typeof scheduleTypes)[number];

/** How a rate moves from one end of a phase to the other. */
export type Slope = 'linear' | 'cosine' | '1-sqrt';

/** What some of the schedules can be told besides; each key has the default that Transformers gives it. */
export interface ScheduleOptions {
  /** Waves: `cosine_with_restarts` 1; `cosine_with_min_lr` and the decay of `warmup_stable_decay` 0.5. */
  readonly numCycles?: number;
  /** `polynomial`: the rate at the end, 1e-7. */
  readonly lrEnd?: number;
  /** `polynomial`: 1. */
  readonly power?: number;
  /** `inverse_sqrt`: by default the steps of warm-up, or 10 000. */
  readonly timescale?: number;
  /** `cosine_with_min_lr`: the lowest rate. */
  readonly minLr?: number;
  /** `cosine_with_min_lr`: the lowest rate, as a part of the highest. */
  readonly minLrRate?: number;
  /** `warmup_stable_decay`: steps of the decay, which must be given, and of the phase before it. */
  readonly numDecaySteps?: number;
  readonly numStableSteps?: number;
  readonly warmupType?: Slope;
  readonly decayType?: Slope;
  /** `warmup_stable_decay`: the rate at both ends, as a part of the highest: 0. */
  readonly minLrRatio?: number;
}

export interface Schedule {
  readonly type: ScheduleType;
  /** The highest rate. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly options?: ScheduleOptions;
}

/** The rate of the update that follows `step` updates. */
export function learningRateAt(schedule: Schedule, step: number): number {
  return schedule.learningRate * factorAt(schedule, step);
}

function factorAt(schedule: Schedule, step: number): number {
  const { type, warmupSteps, totalSteps, learningRate, options = {} } = schedule;
  if (type === 'constant') return 1;
  if (type === 'warmup_stable_decay') return warmupStableDecay(schedule, options, step);
  if (step < warmupSteps) return step / warmupSteps;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  switch (type) {
    case 'constant_with_warmup':
      return 1;
    case 'linear':
      return 1 - progress;
    case 'cosine':
      return cosine(progress / 2);
    case 'cosine_with_restarts':
      return progress >= 1 ? 0 : cosine((((options.numCycles ?? 1) * progress) % 1) / 2);
    case 'cosine_with_min_lr': {
      const lowest = options.minLrRate ?? (options.minLr ?? 0) / learningRate;
      return Math.max(0, between(lowest, 1, cosine((options.numCycles ?? 0.5) * progress)));
    }
    case 'polynomial': {
      const end = (options.lrEnd ?? 1e-7) / learningRate;
      return between(end, 1, (1 - progress) ** (options.power ?? 1));
    }
    case 'inverse_sqrt': {
      const timescale = options.timescale ?? (warmupSteps || 10_000);
      return 1 / Math.sqrt((step - warmupSteps + timescale) / timescale);
    }
  }
}

/** Hu et al. 2024 (MiniCPM): a long phase at the highest rate, from which a short decay can start at any time. */
function warmupStableDecay({ warmupSteps, totalSteps }: Schedule, options: ScheduleOptions, step: number): number {
  const { numDecaySteps = 0, minLrRatio: lowest = 0, warmupType = 'linear', decayType = 'cosine' } = options;
  const stableSteps = options.numStableSteps ?? totalSteps - warmupSteps - numDecaySteps;
  if (step < warmupSteps) {
    const progress = step / warmupSteps;
    const risen = { linear: progress, cosine: 1 - cosine(progress / 2), '1-sqrt': 1 - Math.sqrt(1 - progress) };
    return Math.max(0, between(lowest, 1, risen[warmupType]));
  }
  const decayed = step - warmupSteps - stableSteps;
  if (decayed < 0) return 1;
  if (decayed >= numDecaySteps) return lowest;
  const progress = decayed / numDecaySteps;
  const left = {
    linear: 1 - progress,
    cosine: cosine((options.numCycles ?? 0.5) * progress),
    '1-sqrt': 1 - Math.sqrt(progress),
  };
  return Math.max(0, between(lowest, 1, left[decayType]));
}

/** A wave from 1 down to 0 and back, once per unit. */
function cosine(waves: number): number {
  return 0.5 * (1 + Math.cos(2 * Math.PI * waves));
}

function between(low: number, high: number, part: number): number {
  return low + (high - low) * part;
}
