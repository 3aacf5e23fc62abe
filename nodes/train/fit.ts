/**
 * Training from the weights that a learner brings to those that it leaves with: what is decided before the first update,
 * and what is reported after the last. The loop between them is `optimize`.
 */
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { Device, HostTensors } from '../tensor/device.js';
import { type TrainingArguments, totalStepsOf } from './arguments.js';
import type { Batches } from './batches.js';
import type { Progress } from './checkpoint.js';
import { evaluationMetrics, evaluationPlanOf, hasLostPatience } from './evaluation.js';
import { freeze } from './freeze.js';
import { checkpointed } from './gradient-checkpointing.js';
import type { Learner } from './learner.js';
import { optimize, type Plan } from './optimize.js';
import { optimizerOf } from './optimizer-arguments.js';
import { type SamplePlan, sampleLines } from './samples.js';
import { scheduleOf } from './schedule-arguments.js';
import { windowsOf } from './windows.js';

type Context = RunContext<TrainingArguments>;

export interface Data {
  readonly batches: Batches;
  readonly validation: Batches | undefined;
  /** Of a learner that is a language model: texts to write on the way. */
  readonly samples?: SamplePlan | undefined;
}

export interface Fitted {
  /** Those of the learner's parameters that learned, as they are now, or as they were when they were best. */
  readonly weights: HostTensors;
  /**
   * `train_loss` over the last epoch, `eval_loss` and the other readings over the validation set, `best_step` and the
   * best value where there were evaluations on the way, `steps`, `tokens`.
   */
  readonly metrics: Readonly<Record<string, number>>;
}

export async function fit(context: Context, device: Device, whole: Learner, data: Data): Promise<Fitted> {
  const { config } = context;
  const learner = checkpointed(freeze(whole, config.freeze), config);
  const { validation } = data;
  if (!validation && config.eval_strategy !== 'no') throw noValidation(config.eval_strategy);
  const windowSize = config.gradient_accumulation_steps;
  const windows = windowsOf(data.batches, windowSize);
  const totalSteps = totalStepsOf(config, windows.perEpoch);
  const plan: Plan = {
    windows,
    windowSize,
    optimizer: optimizerOf(config),
    averages: config.ema_decay !== null,
    schedule: scheduleOf(config, totalSteps),
    totalSteps,
    saveSteps: config.save_steps,
    validation,
    samples: data.samples,
    evaluation: evaluationPlanOf(config, windows.perEpoch),
  };
  const { weights, progress } = await optimize(context, device, learner, plan);
  showSamples(context, plan, progress);
  if (hasLostPatience(plan.evaluation, progress.evaluations)) showEarlyStop(context, plan, progress);
  return { weights, metrics: metricsOf(plan, progress) };
}

function metricsOf({ evaluation }: Plan, { evaluations, ...progress }: Progress): Record<string, number> {
  return {
    train_loss: progress.lossSum / progress.lossTokens,
    ...evaluationMetrics(evaluation, evaluations),
    steps: progress.step,
    tokens: progress.tokens,
  };
}

function showSamples(context: Context, plan: Plan, { samples }: Progress): void {
  for (const [index, prompt] of (plan.samples?.prompts ?? []).entries()) {
    context.display(`Samples of ${JSON.stringify(prompt)}, by step`, sampleLines(samples, index));
  }
}

function showEarlyStop(context: Context, { evaluation, totalSteps }: Plan, { step, evaluations }: Progress): void {
  const { metric } = evaluation;
  const { best, withoutImprovement } = evaluations;
  context.display(
    'Early stopping',
    `Stopped after ${step} of ${totalSteps} steps: ${withoutImprovement} evaluations in a row did not improve on ` +
      `${metric} ${best!.readings[metric]!.toPrecision(4)} of step ${best!.step}.`,
  );
}

function noValidation(strategy: string): Failure {
  return new Failure(
    'no-validation-set',
    `eval_strategy is ${strategy}, and there is nothing to evaluate on.`,
    'Wire a dataset to the input validation, or leave eval_strategy out.',
  );
}
