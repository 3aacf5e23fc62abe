/**
 * The loop of updates. A stopped run leaves a checkpoint, and the next one goes on to the same bytes: every choice is a
 * function of (seed, epoch, step).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure, Stopped } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import { learningRateAt, type Schedule } from '../optim/schedule.js';
import type { Optimizer } from '../optim/transform.js';
import type { Device, HostTensors } from '../tensor/device.js';
import { optimizerOf, scheduleOf, type TrainingArguments, totalStepsOf } from './arguments.js';
import type { Batch, Batches } from './batches.js';
import { loadCheckpoint, type Progress, saveCheckpoint } from './checkpoint.js';
import type { Learner } from './learner.js';
import { createReporter } from './reporter.js';
import { createUpdater, type Readings } from './updater.js';
import { validate } from './validation.js';
import { type Windows, windowsFrom, windowsOf } from './windows.js';

type Context = RunContext<TrainingArguments>;

export interface Data {
  readonly batches: Batches;
  readonly validation: Batches | undefined;
}

export interface Fitted {
  /** Those of the learner's parameters that learned, as they are now. */
  readonly weights: HostTensors;
  /** `train_loss` over the last epoch, `eval_loss` and the other readings over the validation set, `steps`, `tokens`. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A run of updates, as decided before the first. */
interface Plan {
  readonly windows: Windows;
  readonly windowSize: number;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly totalSteps: number;
  readonly saveSteps: number;
}

export async function fit(context: Context, device: Device, learner: Learner, data: Data): Promise<Fitted> {
  const { config } = context;
  const { batches, validation } = data;
  const windowSize = config.gradient_accumulation_steps;
  const windows = windowsOf(batches, windowSize);
  const totalSteps = totalStepsOf(config, windows.perEpoch);
  const plan: Plan = {
    windows,
    windowSize,
    optimizer: optimizerOf(config),
    schedule: scheduleOf(config, totalSteps),
    totalSteps,
    saveSteps: config.save_steps,
  };
  const { state, progress } = await optimize(context, device, learner, plan);
  const evaluated = validation ? await validate(device, state, learner.loss, validation) : {};
  const metrics = {
    train_loss: progress.lossSum / progress.lossTokens,
    ...Object.fromEntries(Object.entries(evaluated).map(([name, value]) => [`eval_${name}`, value])),
    steps: progress.step,
    tokens: progress.tokens,
  };
  const weights = await state.read(learner.trainable);
  state.dispose();
  return { weights, metrics };
}

/** Runs all the updates, from the start or from where an earlier run was stopped. */
async function optimize(context: Context, device: Device, learner: Learner, plan: Plan) {
  const { optimizer, totalSteps } = plan;
  const start = await startingPoint(context, device, learner, optimizer);
  const updater = createUpdater(device, learner, optimizer, plan.windowSize);
  const state = device.createState({ ...start.tensors, ...updater.entries });
  const kept = Object.keys(start.tensors);
  const report = createReporter(context, totalSteps);
  let progress = start.progress;
  const save = async () => saveCheckpoint(context.scratch, progress, await state.read(kept));
  const stop = async () => {
    await save();
    throw new Stopped(`Stopped after ${progress.step} of ${totalSteps} steps.`);
  };

  for (const window of windowsFrom(plan.windows, progress.step, totalSteps)) {
    // The event loop must turn, so that a request to stop is heard between two steps of a device that never waits.
    await nextTurn();
    if (context.signal.aborted) await stop();
    const learningRate = learningRateAt(plan.schedule, progress.step);
    const scalars = optimizer.scalars({ step: progress.step + 1, learningRate });
    const readings = (await updater.update(state, window, scalars, context.signal)) ?? (await stop());
    assertFinite(readings, progress.step + 1);
    progress = advance(progress, window, readings.loss!, plan);
    report(progress.step, { loss: readings.loss!, learning_rate: learningRate, ...readings }, sumOf(window, 'tokens'));
    if (progress.step % plan.saveSteps === 0 && progress.step < totalSteps) await save();
  }
  await updater.dispose();
  return { state, progress };
}

async function startingPoint(context: Context, device: Device, learner: Learner, optimizer: Optimizer) {
  const checkpoint = await loadCheckpoint(context.scratch);
  if (checkpoint?.progress.device === device.name) return checkpoint;
  if (checkpoint) {
    context.warn(`A checkpoint made on ${checkpoint.progress.device} is not continued on ${device.name}.`);
  }
  const progress: Progress = { step: 0, lossSum: 0, lossTokens: 0, tokens: 0, device: device.name };
  const shapes = Object.fromEntries(learner.trainable.map((name) => [name, learner.parameters[name]!.shape]));
  return { progress, tensors: { ...learner.parameters, ...optimizer.init(shapes) } };
}

/** The reported loss is the mean over all that as many steps as an epoch has count, the last ones. */
function advance(progress: Progress, window: readonly Batch[], loss: number, plan: Plan): Progress {
  const counts = progress.step >= plan.totalSteps - plan.windows.perEpoch;
  const count = counts ? sumOf(window, 'count') : 0;
  return {
    ...progress,
    step: progress.step + 1,
    lossSum: progress.lossSum + loss * count,
    lossTokens: progress.lossTokens + count,
    tokens: progress.tokens + sumOf(window, 'tokens'),
  };
}

function sumOf(window: readonly Batch[], key: 'tokens' | 'count'): number {
  return window.reduce((sum, batch) => sum + batch[key], 0);
}

function assertFinite({ loss, grad_norm }: Readings, step: number): void {
  if (Number.isFinite(loss) && Number.isFinite(grad_norm)) return;
  throw new Failure(
    'loss-not-finite',
    `At step ${step} the loss is ${loss} and the norm of the gradients ${grad_norm}.`,
    'Lower learning_rate, or give it a longer warm-up. If it happens at the first step, the model itself is broken.',
  );
}
