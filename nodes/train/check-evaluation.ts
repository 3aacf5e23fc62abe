import type { TrainingConfig } from '../../schemas/kinds/training.js';
import type { Finding } from './check-arguments.js';

/** Evaluation while training: options that contradict one another or would have no effect. */
export function checkEvaluation(config: TrainingConfig): Finding[] {
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
