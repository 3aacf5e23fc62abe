import type { TrainSelfSupervisedConfig } from '../../schemas/kinds/train.self_supervised.js';
import { checkEvaluation } from './check-evaluation.js';
import { checkOptimizer } from './check-optimizer.js';
import { checkSchedule } from './check-schedule.js';

export type TrainingConfig = TrainSelfSupervisedConfig;

export interface Finding {
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
}

/** Checks of a config that its schema cannot express: above all, options that would have no effect. */
export function checkTrainingArguments(config: TrainingConfig): Finding[] {
  return [...checkOptimizer(config), ...checkSchedule(config), ...checkEvaluation(config)];
}
