import type { TrainSelfSupervisedConfig } from '../../schemas/kinds/train.self_supervised.js';

interface Finding {
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
}

/** Checks of a config that its schema cannot express: above all, options that would have no effect. */
export function checkTrainingArguments(config: TrainSelfSupervisedConfig): Finding[] {
  return [...checkSchedule(config), ...checkEvaluation(config)];
}

function checkSchedule(config: TrainSelfSupervisedConfig): Finding[] {
  const warmsUp = config.warmup_steps > 0 || config.warmup_ratio > 0;
  if (config.lr_scheduler_type !== 'constant' || !warmsUp) return [];
  return [
    {
      pointer: '/lr_scheduler_type',
      message: 'constant has no warm-up, yet warm-up steps are given',
      hint: 'Write lr_scheduler_type: constant_with_warmup.',
    },
  ];
}

function checkEvaluation(config: TrainSelfSupervisedConfig): Finding[] {
  const { eval_strategy: strategy, eval_steps: steps } = config;
  if (strategy === 'steps' && steps === null) {
    return [{ pointer: '/eval_strategy', message: 'steps wants eval_steps: the updates between two evaluations' }];
  }
  const findings: Finding[] = [];
  if (strategy !== 'steps' && steps !== null) {
    findings.push({
      pointer: '/eval_steps',
      message: `has no effect with eval_strategy: ${strategy}`,
      hint: 'Write eval_strategy: steps.',
    });
  }
  if (config.early_stopping_threshold > 0 && config.early_stopping_patience === null) {
    findings.push({ pointer: '/early_stopping_threshold', message: 'has no effect without early_stopping_patience' });
  }
  const needEvaluations: readonly (readonly [key: string, given: boolean])[] = [
    ['load_best_model_at_end', config.load_best_model_at_end],
    ['early_stopping_patience', config.early_stopping_patience !== null],
    ['metric_for_best_model', config.metric_for_best_model !== 'eval_loss'],
    ['greater_is_better', config.greater_is_better !== null],
  ];
  for (const [key, given] of needEvaluations) {
    if (strategy !== 'no' || !given) continue;
    findings.push({
      pointer: `/${key}`,
      message: 'has no effect without evaluations on the way',
      hint: 'Write eval_strategy: epoch, or eval_strategy: steps with eval_steps.',
    });
  }
  return findings;
}
