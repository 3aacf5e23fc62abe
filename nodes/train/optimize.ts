/**
 * The loop of updates and evaluations. A stopped run leaves a checkpoint, and the next one goes on to the same bytes:
 * every choice is a function of (seed, epoch, step).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure, Stopped } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import { learningRateAt, type Schedule } from '../optim/schedule.js';
import type { Optimizer } from '../optim/transform.js';
import type { Device, HostTensors } from '../tensor/device.js';
import type { Batch, Batches } from './batches.js';
import { type Checkpoint, loadCheckpoint, type Progress, saveCheckpoint } from './checkpoint.js';
import { type EvaluationPlan, hasLostPatience, isEvaluated, judge, noEvaluations } from './evaluation.js';
import type { Learner } from './learner.js';
import { createReporter } from './reporter.js';
import { resultOf } from './result.js';
import { createSampler, type SamplePlan } from './samples.js';
import { createUpdater } from './updater.js';
import { measureMatmulRate, trainingFlopsPerToken } from './utilisation.js';
import { createValidator } from './validation.js';
import { type Windows, windowsFrom } from './windows.js';

type Context = Pick<RunContext<unknown>, 'scratch' | 'signal' | 'warn' | 'log' | 'progress'>;

/** A run of updates, as decided before the first. */
export interface Plan {
  readonly windows: Windows;
  /** Batches of a window. */
  readonly windowSize: number;
  readonly optimizer: Optimizer;
  /** Whether the optimiser keeps averages of the weights, which are then evaluated and given as the result. */
  readonly averages: boolean;
  readonly schedule: Schedule;
  readonly totalSteps: number;
  readonly saveSteps: number;
  readonly validation: Batches | undefined;
  readonly evaluation: EvaluationPlan;
  readonly samples: SamplePlan | undefined;
}

export interface Optimized {
  readonly weights: HostTensors;
  readonly progress: Progress;
}

/** Runs all the updates, from the start or from where an earlier run was stopped. Throws `Stopped` and `Failure`. */
export async function optimize(context: Context, device: Device, learner: Learner, plan: Plan): Promise<Optimized> {
  const { optimizer, evaluation, totalSteps } = plan;
  const result = resultOf(learner, plan.averages);
  const start = await startingPoint(context, device, () => ({
    ...initialState(learner, optimizer),
    ...result.entries,
  }));
  const updater = createUpdater(device, learner, optimizer, plan.windowSize);
  const validator = plan.validation && createValidator(device, { ...learner, loss: result.loss }, plan.validation);
  const state = device.createState({ ...start.tensors, ...updater.entries });
  const sampler = plan.samples && (await createSampler(device, plan.samples, state, result.view));
  const report = createReporter(context, totalSteps, {
    flopsPerToken: trainingFlopsPerToken(learner),
    measurePeak: () => measureMatmulRate(device),
  });
  const kept = Object.keys(start.tensors);
  let { progress, best } = start;
  const save = async () => saveCheckpoint(context.scratch, { progress, best, tensors: await state.read(kept) });
  const stop = async () => {
    await save();
    throw new Stopped(`Stopped after ${progress.step} of ${totalSteps} steps.`);
  };
  if (validator && evaluation.metric !== 'eval_loss') assertReading(evaluation, await validator.readings(state));

  const windows = windowsFrom(plan.windows, progress.step, totalSteps);
  for (;;) {
    // The event loop must turn, so that a request to stop is heard between two steps of a device that never waits.
    await nextTurn();
    if (context.signal.aborted) await stop();
    const { step, evaluations } = progress;
    if (validator && isEvaluated(evaluation, step, totalSteps) && evaluations.last?.step !== step) {
      const readings = (await validator.evaluate(state, context.signal)) ?? (await stop());
      context.log(step, readings);
      progress = { ...progress, evaluations: judge(evaluation, evaluations, step, readings) };
      const isBest = progress.evaluations.best?.step === step;
      if (evaluation.loadBest && isBest) best = await result.read(state);
    }
    const ended = step === totalSteps || hasLostPatience(evaluation, progress.evaluations);
    if (sampler && (ended || step % plan.samples!.everySteps === 0) && progress.samples.at(-1)?.step !== step) {
      const texts = (await sampler.texts(context.signal)) ?? (await stop());
      progress = { ...progress, samples: [...progress.samples, { step, texts }] };
    }
    const next = windows.next();
    if (ended || next.done) break;
    const window = next.value;
    const learningRate = learningRateAt(plan.schedule, step);
    const scalars = optimizer.scalars({ step: step + 1, learningRate });
    const readings = (await updater.update(state, { window, step, scalars }, context.signal)) ?? (await stop());
    progress = advance(progress, window, readings.loss!, plan);
    await report(
      progress.step,
      { loss: readings.loss!, learning_rate: learningRate, ...readings },
      sumOf(window, 'tokens'),
    );
    if (progress.step % plan.saveSteps === 0 && progress.step < totalSteps) await save();
  }
  await updater.dispose();
  await validator?.dispose();
  await sampler?.dispose();
  const weights = best ?? (await result.read(state));
  state.dispose();
  return { weights, progress };
}

async function startingPoint(context: Context, device: Device, initial: () => HostTensors): Promise<Checkpoint> {
  const checkpoint = await loadCheckpoint(context.scratch);
  if (checkpoint?.progress.device === device.name) return checkpoint;
  if (checkpoint) {
    context.warn(`A checkpoint made on ${checkpoint.progress.device} is not continued on ${device.name}.`);
  }
  const progress: Progress = {
    step: 0,
    lossSum: 0,
    lossTokens: 0,
    tokens: 0,
    evaluations: noEvaluations,
    samples: [],
    device: device.name,
  };
  return { progress, best: undefined, tensors: initial() };
}

function initialState({ parameters, trainable }: Learner, optimizer: Optimizer): HostTensors {
  const shapes = Object.fromEntries(trainable.map((name) => [name, parameters[name]!.shape]));
  return { ...parameters, ...optimizer.init(shapes) };
}

/**
 * The reported loss is a mean over the last epoch. An epoch is counted back from the end of the plan, so the sums begin
 * anew wherever a whole number of epochs is left.
 */
function advance(progress: Progress, window: readonly Batch[], loss: number, plan: Plan): Progress {
  const beginsAnew = (plan.totalSteps - progress.step) % plan.windows.perEpoch === 0;
  const count = sumOf(window, 'count');
  return {
    ...progress,
    step: progress.step + 1,
    lossSum: (beginsAnew ? 0 : progress.lossSum) + loss * count,
    lossTokens: (beginsAnew ? 0 : progress.lossTokens) + count,
    tokens: progress.tokens + sumOf(window, 'tokens'),
  };
}

function sumOf(window: readonly Batch[], key: 'tokens' | 'count'): number {
  return window.reduce((sum, batch) => sum + batch[key], 0);
}

/** A wrong name must not come to light after hours of training. */
function assertReading({ metric }: EvaluationPlan, readings: readonly string[]): void {
  if (readings.includes(metric)) return;
  throw new Failure(
    'unknown-metric',
    `metric_for_best_model is ${metric}, which no evaluation gives.`,
    `It may be one of: ${readings.join(', ')}.`,
  );
}
