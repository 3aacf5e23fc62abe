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
import { trainingStep } from './step.js';
import { validate } from './validation.js';

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
  readonly batches: Batches;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly totalSteps: number;
  readonly saveSteps: number;
}

export async function fit(context: Context, device: Device, learner: Learner, data: Data): Promise<Fitted> {
  const { config } = context;
  const { batches, validation } = data;
  const totalSteps = totalStepsOf(config, batches.perEpoch);
  const schedule = scheduleOf(config, totalSteps);
  const plan = { batches, optimizer: optimizerOf(config), schedule, totalSteps, saveSteps: config.save_steps };
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
  const { optimizer } = plan;
  const start = await startingPoint(context, device, learner, optimizer);
  const state = device.createState(start.tensors);
  const program = device.program('training step', trainingStep(learner, optimizer));
  const report = createReporter(context, plan.totalSteps);
  let progress = start.progress;
  const save = async () => saveCheckpoint(context.scratch, progress, await state.read());

  for (const batch of batchesFrom(plan.batches, progress.step, plan.totalSteps)) {
    // The event loop must turn, so that a request to stop is heard between two steps of a device that never waits.
    await nextTurn();
    if (context.signal.aborted) {
      await save();
      throw new Stopped(`Stopped after ${progress.step} of ${plan.totalSteps} steps.`);
    }
    const learningRate = learningRateAt(plan.schedule, progress.step);
    const scalars = optimizer.scalars({ step: progress.step + 1, learningRate });
    const outputs = await program.run(state, { ...batch.inputs, ...scalars });
    const readings = Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data[0]!]));
    assertFinite(readings, progress.step + 1);
    progress = advance(progress, batch, readings.loss!, plan);
    report(progress.step, { loss: readings.loss!, learning_rate: learningRate, ...readings }, batch.tokens);
    if (progress.step % plan.saveSteps === 0 && progress.step < plan.totalSteps) await save();
  }
  await program.dispose();
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

/** The batches of the steps from `step` on, epoch after epoch. */
function* batchesFrom(batches: Batches, step: number, totalSteps: number): Generator<Batch> {
  let next = step - (step % batches.perEpoch);
  for (let epoch = next / batches.perEpoch; next < totalSteps; epoch++) {
    for (const batch of batches.epoch(epoch)) {
      if (next >= totalSteps) return;
      if (next++ >= step) yield batch;
    }
  }
}

/** The reported loss is the mean over all that as many steps as an epoch has count, the last ones. */
function advance(progress: Progress, batch: Batch, loss: number, { totalSteps, batches }: Plan): Progress {
  const counts = progress.step >= totalSteps - batches.perEpoch;
  return {
    ...progress,
    step: progress.step + 1,
    lossSum: progress.lossSum + (counts ? loss * batch.count : 0),
    lossTokens: progress.lossTokens + (counts ? batch.count : 0),
    tokens: progress.tokens + batch.tokens,
  };
}

/** Shows progress several times a second, and logs at most some 500 points of a curve. */
function createReporter(context: Context, totalSteps: number) {
  const every = Math.ceil(totalSteps / 500);
  let tokensSince = 0;
  let lastTime = performance.now();
  return (step: number, values: Readonly<Record<string, number>>, tokens: number): void => {
    tokensSince += tokens;
    const elapsedMs = performance.now() - lastTime;
    const last = step === totalSteps;
    if (elapsedMs > 200 || last) {
      const perSecond = (tokensSince / elapsedMs) * 1000;
      context.progress({ step, total: totalSteps, unit: 'steps', values: { ...values, tokens_per_second: perSecond } });
      tokensSince = 0;
      lastTime = performance.now();
    }
    if (step % every === 0 || step === 1 || last) context.log(step, values);
  };
}

function assertFinite({ loss, grad_norm }: Readonly<Record<string, number>>, step: number): void {
  if (Number.isFinite(loss) && Number.isFinite(grad_norm)) return;
  throw new Failure(
    'loss-not-finite',
    `At step ${step} the loss is ${loss} and the norm of the gradients ${grad_norm}.`,
    'Lower learning_rate, or give it a longer warm-up. If it happens at the first step, the model itself is broken.',
  );
}
