import { Failure } from '../../engine/failure.js';
import type { OptimizationConfig } from '../../schemas/kinds/optimization.js';
import type { Schedule, ScheduleOptions } from '../optim/schedule.js';

/** Throws `Failure` when the phases of a schedule are longer than the run. */
export function scheduleOf(config: OptimizationConfig, totalSteps: number): Schedule {
  const schedule = {
    type: config.lr_scheduler_type,
    learningRate: config.learning_rate,
    warmupSteps: config.warmup_steps > 0 ? config.warmup_steps : Math.ceil(totalSteps * config.warmup_ratio),
    totalSteps,
    options: scheduleOptionsOf(config.lr_scheduler_kwargs),
  };
  const { numDecaySteps = 0, numStableSteps = 0 } = schedule.options;
  const phases = schedule.warmupSteps + numStableSteps + numDecaySteps;
  if (schedule.type === 'warmup_stable_decay' && phases > totalSteps) {
    throw new Failure(
      'schedule-too-long',
      `The phases of warmup_stable_decay take ${phases} steps, and there are ${totalSteps}.`,
      'Lower num_decay_steps or the warm-up, or train for longer.',
    );
  }
  return schedule;
}

/** Options in the names of Transformers; those that are not given keep their defaults. */
export function scheduleOptionsOf(kwargs: OptimizationConfig['lr_scheduler_kwargs']): ScheduleOptions {
  const options: { [Key in keyof ScheduleOptions]: ScheduleOptions[Key] | undefined } = {
    numCycles: kwargs.num_cycles,
    lrEnd: kwargs.lr_end,
    power: kwargs.power,
    timescale: kwargs.timescale,
    minLr: kwargs.min_lr,
    minLrRate: kwargs.min_lr_rate,
    numDecaySteps: kwargs.num_decay_steps,
    numStableSteps: kwargs.num_stable_steps,
    warmupType: kwargs.warmup_type,
    decayType: kwargs.decay_type,
    minLrRatio: kwargs.min_lr_ratio,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
