import type { TrainingConfig } from '../../schemas/kinds/training.js';
import { checkEvaluation } from './check-evaluation.js';
import { checkOptimizer } from './check-optimizer.js';
import { checkSchedule } from './check-schedule.js';

export interface Finding {
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
}

/** Checks of a config that its schema cannot express: above all, options that would have no effect. */
export function checkTrainingArguments(config: TrainingConfig): Finding[] {
  return [...checkOptimizer(config), ...checkSchedule(config), ...checkEvaluation(config)];
}
