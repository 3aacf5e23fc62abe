/** How far a run of rollouts has come: what a checkpoint holds besides tensors. */
import { type EvaluationPlan, type Evaluations, evaluationMetrics, noEvaluations } from '../train/evaluation.js';
import type { Memory } from './method.js';
import type { Readings } from './rollout-readings.js';

/** Responses of a rollout, for a person to look at. */
export interface RolloutSample {
  readonly step: number;
  readonly prompt: string;
  readonly response: string;
  readonly reward: number;
}

export interface RolloutProgress {
  /** Updates made. */
  readonly step: number;
  /** The rollout that is learned from or comes next, from 0. */
  readonly rollout: number;
  /** Updates made from it. */
  readonly update: number;
  readonly memory: Memory;
  /** Of the rollout that is learned from. */
  readonly readings: Readings;
  readonly first: Readings | undefined;
  /** Sums of the readings over the last rollouts of the run, and how many they are. */
  readonly lastSums: Readings;
  readonly lastCount: number;
  readonly responses: number;
  /** Tokens that were learned from, each as often as it was. */
  readonly tokens: number;
  /** Rollouts of which nothing could be learned. */
  readonly constantRollouts: number;
  readonly samples: readonly RolloutSample[];
  readonly evaluations: Evaluations;
  /** The same work on another kind of device gives other bits; a run goes on only where it began. */
  readonly device: string;
}

export function noProgress(device: string, memory: Memory): RolloutProgress {
  return {
    step: 0,
    rollout: 0,
    update: 0,
    memory,
    readings: {},
    first: undefined,
    lastSums: {},
    lastCount: 0,
    responses: 0,
    tokens: 0,
    constantRollouts: 0,
    samples: [],
    evaluations: noEvaluations,
    device,
  };
}

/** Whether a rollout is among the last tenth, whose means are the metrics of the run. */
export function isAmongLast(rollout: number, totalRollouts: number): boolean {
  return rollout >= totalRollouts - Math.ceil(totalRollouts / 10);
}

/** Whether samples of a rollout are kept: of the first, the last, and at most six between. */
export function isSampled(rollout: number, totalRollouts: number): boolean {
  if (totalRollouts <= 8) return true;
  return Array.from({ length: 8 }, (_, index) => Math.round((index * (totalRollouts - 1)) / 7)).includes(rollout);
}

/**
 * `reward_start`, the mean reward of the first rollout; the other readings as means over the last tenth of the rollouts;
 * those of evaluations; `steps`, `rollouts`, `responses`, `tokens`, and `constant_rollouts` where there were any.
 */
export function metricsOf(progress: RolloutProgress, evaluation: EvaluationPlan): Record<string, number> {
  const { first, lastSums, lastCount, readings, constantRollouts } = progress;
  const last = lastCount === 0 ? readings : mapValues(lastSums, (sum) => sum / lastCount);
  return {
    ...(first ? { reward_start: first.reward! } : {}),
    ...last,
    ...evaluationMetrics(evaluation, progress.evaluations),
    steps: progress.step,
    rollouts: progress.rollout,
    responses: progress.responses,
    tokens: progress.tokens,
    ...(constantRollouts > 0 ? { constant_rollouts: constantRollouts } : {}),
  };
}

export function addReadings(sums: Readings, readings: Readings): Readings {
  return mapValues(readings, (value, name) => (sums[name] ?? 0) + value);
}

function mapValues(values: Readings, change: (value: number, name: string) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));
}
