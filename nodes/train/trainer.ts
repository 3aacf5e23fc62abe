/**
 * The one trainer, from a model and examples to a tuned model. What is learned is a matter of the examples; how, of the
 * hyper-parameters. A stopped run leaves a checkpoint, and the next one goes on to the same bytes: every choice is a
 * function of (seed, epoch, step).
 */
import { writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure, Stopped } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { type Model, readModel, writeTunedModel } from '../model/model-directory.js';
import { parameterShapes } from '../nn/decoder-config.js';
import { learningRateAt, type Schedule } from '../optim/schedule.js';
import type { Optimizer } from '../optim/transform.js';
import type { Device, DeviceName, HostTensor } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import { maxLengthOf, optimizerOf, scheduleOf, type TrainingArguments, totalStepsOf } from './arguments.js';
import { type Batch, type Batches, createBatches } from './batches.js';
import { loadCheckpoint, type Progress, saveCheckpoint } from './checkpoint.js';
import { countSupervised, type Example } from './example.js';
import { trainingStep } from './step.js';
import { validationLoss } from './validation.js';

type Context = RunContext<TrainingArguments>;

/** How a dataset is learned from. */
export interface Task {
  readonly packed: boolean;
  /** Reads the dataset at an input port; counts what it drops and cuts. No example is longer than `maxLength`. */
  examples(port: string, model: Model, maxLength: number): Promise<readonly Example[]>;
}

/** A run of updates, as decided before the first. */
interface Plan {
  readonly batches: Batches;
  readonly schedule: Schedule;
  readonly totalSteps: number;
  readonly saveSteps: number;
}

export async function train(context: Context, task: Task): Promise<RunOutcome> {
  const { config } = context;
  const base = context.input('model');
  const model = await readModel(base, context.scratch);
  const maxLength = maxLengthOf(config, model);
  const padId = model.tokenizer.padId ?? model.tokenizer.eosId ?? 0;
  const batchesOf = async (port: string): Promise<Batches> => {
    const examples = await task.examples(port, model, maxLength);
    assertSupervised(examples, port);
    const batchSize = config.per_device_train_batch_size;
    return createBatches(examples, { batchSize, maxLength, packed: task.packed, padId, seed: config.seed });
  };
  const batches = await batchesOf('dataset');
  const validation = context.optionalInput('validation') ? await batchesOf('validation') : undefined;
  const totalSteps = totalStepsOf(config, batches.perEpoch);
  const plan = { batches, schedule: scheduleOf(config, totalSteps), totalSteps, saveSteps: config.save_steps };

  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
  try {
    context.environment({ device: device.name });
    const { state, progress } = await optimize(context, device, model, optimizerOf(config), plan);
    const metrics = {
      train_loss: progress.lossSum / progress.lossTokens,
      ...(validation ? { eval_loss: await validationLoss(device, state, model.config, validation) } : {}),
      steps: progress.step,
      tokens: progress.tokens,
    };
    const weights = await state.read(Object.keys(parameterShapes(model.config)));
    await writeTunedModel(context.output('model'), base, model.configJson, weights);
    await writeFile(context.output('metrics'), `${JSON.stringify(metrics, null, 2)}\n`);
    return { metrics };
  } finally {
    await device.dispose();
  }
}

/** Runs all the updates, from the start or from where an earlier run was stopped. */
async function optimize(context: Context, device: Device, model: Model, optimizer: Optimizer, plan: Plan) {
  const start = await startingPoint(context, device, model, optimizer);
  const state = device.createState(start.tensors);
  const program = device.program('training step', trainingStep(model.config, optimizer));
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
    const loss = scalarOf(outputs, 'loss');
    const gradNorm = scalarOf(outputs, 'grad_norm');
    assertFinite(loss, gradNorm, progress.step + 1);
    progress = advance(progress, batch, loss, plan);
    report(progress.step, { loss, learning_rate: learningRate, grad_norm: gradNorm }, batch.tokens);
    if (progress.step % plan.saveSteps === 0 && progress.step < plan.totalSteps) await save();
  }
  await program.dispose();
  return { state, progress };
}

async function startingPoint(context: Context, device: Device, model: Model, optimizer: Optimizer) {
  const checkpoint = await loadCheckpoint(context.scratch);
  if (checkpoint?.progress.device === device.name) return checkpoint;
  if (checkpoint) {
    context.warn(`A checkpoint made on ${checkpoint.progress.device} is not continued on ${device.name}.`);
  }
  const progress: Progress = { step: 0, lossSum: 0, lossTokens: 0, tokens: 0, device: device.name };
  return { progress, tensors: { ...model.parameters, ...optimizer.init(parameterShapes(model.config)) } };
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

/** The reported loss is the mean over the tokens of as many steps as an epoch has, the last ones. */
function advance(progress: Progress, batch: Batch, loss: number, { totalSteps, batches }: Plan): Progress {
  const counts = progress.step >= totalSteps - batches.perEpoch;
  return {
    ...progress,
    step: progress.step + 1,
    lossSum: progress.lossSum + (counts ? loss * batch.supervisedTokens : 0),
    lossTokens: progress.lossTokens + (counts ? batch.supervisedTokens : 0),
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

function scalarOf(outputs: Readonly<Record<string, HostTensor>>, name: string): number {
  return outputs[name]!.data[0]!;
}

function assertFinite(loss: number, gradNorm: number, step: number): void {
  if (Number.isFinite(loss) && Number.isFinite(gradNorm)) return;
  throw new Failure(
    'loss-not-finite',
    `At step ${step} the loss is ${loss} and the norm of the gradients ${gradNorm}.`,
    'Lower learning_rate, or give it a longer warm-up. If it happens at the first step, the model itself is broken.',
  );
}

function assertSupervised(examples: readonly Example[], port: string): void {
  if (examples.some(({ targets }) => countSupervised(targets) > 0)) return;
  throw new Failure(
    'no-supervised-tokens',
    `No token of the input \`${port}\` would be learned.`,
    'The dataset is empty, or max_length cuts every completion away.',
  );
}
