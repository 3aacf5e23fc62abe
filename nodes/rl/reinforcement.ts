/** From a model, prompts and a reward to a model that is rewarded more: what all methods have in common. */
import { writeFile } from 'node:fs/promises';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { ReinforcementConfig } from '../../schemas/kinds/reinforcement.js';
import { planAdapter } from '../adapters/plan.js';
import { sampleTable } from '../generate/sample-table.js';
import { type Model, readModel, writeTunedModel } from '../model/model-directory.js';
import { createRewarder } from '../reward/rewarder.js';
import type { Device, DeviceName, HostTensors } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import { type Checkpoint, loadCheckpoint } from '../train/checkpoint.js';
import { freeze } from '../train/freeze.js';
import { checkpointed } from '../train/gradient-checkpointing.js';
import type { Learner } from '../train/learner.js';
import { optimizerOf } from '../train/optimizer-arguments.js';
import { scheduleOf } from '../train/schedule-arguments.js';
import { createUpdater } from '../train/updater.js';
import { createCollector, shapesOf } from './collector.js';
import { evaluationBy, noValidation, rewardEvaluationPlan } from './evaluation.js';
import { isExperienceTensor } from './experience.js';
import { type Learned, type LoopPlan, learnFromRollouts } from './loop.js';
import type { Method } from './method.js';
import { metricsOf, type RolloutProgress } from './progress.js';
import { type Prompt, readPrompts } from './prompts.js';
import { referenceOf } from './reference.js';
import { oneToEach, promptsOf, updatesOf } from './rollout-shape.js';
import { isValueWeight } from './value-function.js';

type Context = RunContext<ReinforcementConfig>;

export async function reinforce(
  context: Context,
  methodOf: (model: Model) => Method | Promise<Method>,
): Promise<RunOutcome> {
  const { config } = context;
  const base = context.input('model');
  const model = await readModel(base, context.scratch);
  const device = await openDevice(context.device as DeviceName | 'auto', {
    threads: context.threads,
    warn: (message) => context.warn(message),
  });
  try {
    context.environment({ device: device.name });
    const limits = { maxCompletionLength: config.max_completion_length, overlong: config.overlong };
    const prompts = await readPrompts(context, 'dataset', model, limits);
    const isEvaluated = context.optionalInput('validation') !== undefined;
    if (!isEvaluated && config.eval_steps !== null) throw noValidation(config.eval_steps);
    const heldOut = isEvaluated ? await readPrompts(context, 'validation', model, limits) : undefined;
    const method = await methodOf(model);
    const whole = learnerOf(model, method);
    const adapter = config.adapter === null ? undefined : planAdapter(config.adapter, model, config.seed);
    const learner = freeze(adapter ? adapter.adapt(whole) : whole, config.freeze);
    const learned = await learn(context, device, { model, prompts, heldOut, method, learner });
    const { progress, explodedAt } = learned;
    const weights = Object.fromEntries(Object.entries(learned.weights).filter(([name]) => !isValueWeight(name)));
    if (adapter) await adapter.write(context.output('adapter'), weights);
    const tuned = adapter ? adapter.merge(weights) : { ...model.parameters, ...weights };
    await writeTunedModel(context.output('model'), base, model.configJson, tuned);
    const metrics = {
      ...metricsOf(progress, rewardEvaluationPlan(config)),
      ...(explodedAt === undefined ? {} : { exploded_kl: explodedAt }),
    };
    await writeFile(context.output('metrics'), `${JSON.stringify(metrics, null, 2)}\n`);
    show(context, learned);
    return { metrics };
  } finally {
    await device.dispose();
  }
}

function learnerOf(model: Model, { valueFunction, loss, trainingInputs }: Method): Learner {
  const parameters = { ...model.parameters, ...valueFunction?.parameters };
  return {
    parameters,
    trainable: Object.keys(parameters),
    loss,
    ...(trainingInputs ? { trainingInputs } : {}),
  };
}

interface Task {
  readonly model: Model;
  readonly prompts: readonly Prompt[];
  readonly heldOut: readonly Prompt[] | undefined;
  readonly method: Method;
  readonly learner: Learner;
}

async function learn(
  context: Context,
  device: Device,
  { model, prompts, heldOut, method, learner }: Task,
): Promise<Learned> {
  const { config } = context;
  const { shape, temperature, valueFunction } = method;
  const rollouts = Math.ceil((config.num_train_epochs * prompts.length) / promptsOf(shape));
  const totalSteps = config.max_steps > 0 ? config.max_steps : rollouts * updatesOf(shape);
  const optimizer = optimizerOf({ ...config, ema_decay: null });
  const plan: LoopPlan = {
    method,
    learner,
    optimizer,
    schedule: scheduleOf(config, totalSteps),
    totalSteps,
    saveSteps: config.save_steps,
    seed: config.seed,
    shapes: shapesOf(model, prompts, config.max_completion_length),
    maxKl: config.max_kl,
    samplesKept: config.num_completions_to_print,
  };
  const checkpoint = await usableCheckpoint(context, device);
  const start = checkpoint ? withoutRollout(checkpoint.tensors) : initialState(learner, optimizer);
  const updater = createUpdater(device, checkpointed(learner, config), optimizer, shape.accumulation);
  const state = device.createState({ ...start, ...updater.entries });
  const reference = method.held ? await referenceOf(context, model, learner.trainable) : undefined;
  const held = device.createState(reference?.held ?? {});
  const rewarder = await createRewarder(context, device, {
    batchSize: config.per_device_train_batch_size,
    eosId: model.tokenizer.eosId,
  });
  const judges = { device, model, state, held, reference, rewarder };
  const collector = createCollector(context, judges, {
    ...{ prompts, shape, temperature, valueFunction },
    isScored: method.held || method.offPolicy || valueFunction !== undefined,
    unitOf: (rollout) => `responses of rollout ${rollout + 1}`,
  });
  const evaluator =
    heldOut &&
    createCollector(context, judges, {
      ...{ prompts: heldOut, shape: oneToEach(heldOut.length), temperature },
      isScored: method.held,
      unitOf: () => 'responses of the evaluation',
    });
  const workshop = {
    ...{ state, kept: Object.keys(start), updater, collect: collector.collect },
    evaluation: evaluator && evaluationBy(evaluator.collect, rewardEvaluationPlan(config)),
  };
  const learned = await learnFromRollouts(context, device, plan, workshop, checkpoint);
  for (const part of [updater, collector, evaluator, rewarder]) await part?.dispose();
  for (const part of [held, state]) part.dispose();
  return learned;
}

async function usableCheckpoint(context: Context, device: Device): Promise<Checkpoint<RolloutProgress> | undefined> {
  const checkpoint = await loadCheckpoint<RolloutProgress>(context.scratch);
  if (!checkpoint || checkpoint.progress.device === device.name) return checkpoint;
  context.warn(`A checkpoint made on ${checkpoint.progress.device} is not continued on ${device.name}.`);
  return undefined;
}

function withoutRollout(tensors: HostTensors): HostTensors {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !isExperienceTensor(name)));
}

function initialState({ parameters, trainable }: Learner, optimizer: LoopPlan['optimizer']): HostTensors {
  const shapes = Object.fromEntries(trainable.map((name) => [name, parameters[name]!.shape]));
  return { ...parameters, ...optimizer.init(shapes) };
}

function show(context: Context, { progress, explodedAt }: Learned): void {
  const { max_kl: maxKl, load_best_model_at_end: loadBest } = context.config;
  if (explodedAt !== undefined) {
    const kept = loadBest && progress.evaluations.best ? 'of the best evaluation' : 'of the rollout before';
    context.warn(
      `After step ${progress.step} the KL divergence from the reference is ${explodedAt.toPrecision(4)} nats a response, ` +
        `above max_kl ${maxKl}: training ends, and the result is the weights ${kept}.`,
    );
  }
  if (progress.samples.length === 0) return;
  context.display('Responses on the way', sampleTable(progress.samples.map((sample) => ({ ...sample }))));
}
