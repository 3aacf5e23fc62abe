import type { TrainingConfig } from '../../schemas/kinds/training.js';
import { checkEvaluation } from './check-evaluation.js';
import { checkOptimizer } from './check-optimizer.js';
import { checkSchedule } from './check-schedule.js';

export interface Finding {
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
}

interface SampleKeys {
  readonly sample_prompts: readonly string[];
  readonly sample_steps: number | null;
}

/** Checks of a trainer of language models, beyond those of every trainer. */
export function checkLanguageModelArguments(config: TrainingConfig & SampleKeys): Finding[] {
  const { sample_prompts: prompts, sample_steps: steps } = config;
  const findings = checkTrainingArguments(config);
  const needs = (key: string, other: string) =>
    findings.push({ pointer: `/${key}`, message: `has no effect without ${other}` });
  if (prompts.length > 0 && steps === null) needs('sample_prompts', 'sample_steps');
  if (prompts.length === 0 && steps !== null) needs('sample_steps', 'sample_prompts');
  return findings;
}

/** Checks of a config that its schema cannot express: above all, options that would have no effect. */
export function checkTrainingArguments(config: TrainingConfig): Finding[] {
  return [...checkOptimizer(config), ...checkSchedule(config), ...checkEvaluation(config)];
}
