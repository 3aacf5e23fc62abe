/** What a policy earns on prompts held out, on the way and in the end. */
import { Failure } from '../../engine/failure.js';
import type { ReinforcementConfig } from '../../schemas/kinds/reinforcement.js';
import type { EvaluationPlan } from '../train/evaluation.js';
import type { Collect } from './collect.js';
import { type Readings, rolloutReadings } from './rollout-readings.js';

export interface Evaluation {
  readonly plan: EvaluationPlan;
  /** Of one response to each prompt held out, as `eval_reward`, `eval_kl` and so on. Throws `Stopped` and `Failure`. */
  read(): Promise<Readings>;
}

/** `collect` is over the prompts held out; its rollout 0, the same draws each time, is all of them. */
export function evaluationBy(collect: Collect, plan: EvaluationPlan): Evaluation {
  return {
    plan,
    async read() {
      const { scored, each } = await collect(0);
      const readings = Object.entries(rolloutReadings(scored, each, 1));
      return Object.fromEntries(readings.map(([name, value]) => [`eval_${name}`, value]));
    },
  };
}

/** The best evaluation is the one with the highest reward. */
export function rewardEvaluationPlan(
  config: Pick<ReinforcementConfig, 'eval_steps' | 'load_best_model_at_end'>,
): EvaluationPlan {
  return {
    everySteps: config.eval_steps ?? undefined,
    metric: 'eval_reward',
    greaterIsBetter: true,
    patience: undefined,
    threshold: 0,
    loadBest: config.load_best_model_at_end,
  };
}

export function noValidation(steps: number): Failure {
  return new Failure(
    'no-validation-set',
    `eval_steps is ${steps}, and there are no prompts to evaluate on.`,
    'Wire prompts to the input validation, or leave eval_steps out.',
  );
}
