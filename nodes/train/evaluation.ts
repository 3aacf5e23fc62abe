/** When a model is evaluated while it learns, and what follows: which weights were best, and when to stop early. */
import type { TrainingArguments } from './arguments.js';
import type { Readings } from './learner.js';

export interface EvaluationPlan {
  /** Updates between two evaluations. `undefined`: only after the last update. */
  readonly everySteps: number | undefined;
  /** The reading that says which evaluation is best, such as `eval_loss`. */
  readonly metric: string;
  readonly greaterIsBetter: boolean;
  /** Evaluations in a row without an improvement, after which training ends. `undefined`: never. */
  readonly patience: number | undefined;
  /** What an improvement must exceed for patience to begin anew. */
  readonly threshold: number;
  /** Whether the result is the best weights instead of the last. */
  readonly loadBest: boolean;
}

/** What the evaluations so far have shown. */
export interface Evaluations {
  readonly last: { readonly step: number; readonly readings: Readings } | undefined;
  readonly best: { readonly step: number; readonly readings: Readings } | undefined;
  /** How many in a row did not improve by more than the threshold. */
  readonly withoutImprovement: number;
}

export const noEvaluations: Evaluations = { last: undefined, best: undefined, withoutImprovement: 0 };

/** `perEpoch` is the number of updates of an epoch. */
export function evaluationPlanOf(config: TrainingArguments, perEpoch: number): EvaluationPlan {
  const { eval_strategy, eval_steps, metric_for_best_model: name } = config;
  const metric = name.startsWith('eval_') ? name : `eval_${name}`;
  return {
    everySteps: eval_strategy === 'epoch' ? perEpoch : eval_strategy === 'steps' ? eval_steps! : undefined,
    metric,
    greaterIsBetter: config.greater_is_better ?? !metric.endsWith('loss'),
    patience: config.early_stopping_patience ?? undefined,
    threshold: config.early_stopping_threshold,
    loadBest: config.load_best_model_at_end,
  };
}

/** Whether an evaluation belongs after `step` updates: every so many, and after the last. */
export function isEvaluated(plan: EvaluationPlan, step: number, totalSteps: number): boolean {
  return step === totalSteps || (step > 0 && plan.everySteps !== undefined && step % plan.everySteps === 0);
}

/**
 * Takes in one more evaluation. As in Transformers, any improvement makes it the best, while patience begins anew only
 * if the improvement exceeds the threshold.
 */
export function judge(plan: EvaluationPlan, before: Evaluations, step: number, readings: Readings): Evaluations {
  const evaluation = { step, readings };
  const gain = before.best ? gainOver(plan, before.best.readings, readings) : Number.POSITIVE_INFINITY;
  return {
    last: evaluation,
    best: gain > 0 ? evaluation : before.best,
    withoutImprovement: gain > plan.threshold ? 0 : before.withoutImprovement + 1,
  };
}

export function hasLostPatience({ patience }: EvaluationPlan, { withoutImprovement }: Evaluations): boolean {
  return patience !== undefined && withoutImprovement >= patience;
}

/** The readings of the evaluation whose weights are the result; `best_step` and `the best value where there were evaluations on the way. */
export function evaluationMetrics(
  { everySteps, metric, loadBest }: EvaluationPlan,
  { last, best }: Evaluations,
): Record<string, number> {
  return {
    ...(loadBest ? best : last)?.readings,
    ...(best && everySteps !== undefined ? { best_step: best.step, [`best_${metric}`]: best.readings[metric]! } : {}),
  };
}

function gainOver({ metric, greaterIsBetter }: EvaluationPlan, before: Readings, after: Readings): number {
  const change = after[metric]! - before[metric]!;
  return greaterIsBetter ? change : -change;
}
