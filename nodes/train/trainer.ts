/**
 * The one trainer, from a model and a dataset to a tuned model. What is learned is a matter of the batches and of the
 * loss; how, of the hyper-parameters.
 */
import { writeFile } from 'node:fs/promises';
import type { Artifact, RunContext, RunOutcome } from '../../engine/kind.js';
import { planAdapter } from '../adapters/plan.js';
import { type Model, readModel, writeTunedModel } from '../model/model-directory.js';
import type { Device, DeviceName, HostTensors } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import { maxLengthOf, type TrainingArguments } from './arguments.js';
import type { Batches } from './batches.js';
import { fit } from './fit.js';
import { type Learner, languageModelLearner } from './learner.js';
import type { SamplePlan } from './samples.js';

type Context = RunContext<TrainingArguments>;

/** What is there when a dataset is read. */
export interface Setting<Base extends Model = Model> {
  readonly model: Base;
  readonly device: Device;
  /** No row of a batch may be longer. */
  readonly maxLength: number;
  /** Fills the rest of a row. */
  readonly padId: number;
  /** Rows of a batch: of training, or of evaluation. */
  readonly batchSize: number;
}

/** What one method of training does in its own way. */
export interface Task<Base extends Model = Model> {
  /** Reads the model to begin from: by default a language model. */
  open?(base: Artifact, scratch: string): Promise<Base>;
  /** Reads the dataset at an input port, and counts what it drops and cuts. */
  batches(port: string, setting: Setting<Base>): Promise<Batches>;
  /** What learns: by default the whole model, from the next token. */
  learner?(setting: Setting<Base>): Learner;
  /** Of a language model: texts that it writes on the way. */
  samples?(setting: Setting<Base>): SamplePlan | undefined;
  /** Writes the trained model: by default, as one like the base. Gives further metrics. */
  write?(folder: string, setting: Setting<Base>, weights: HostTensors): Promise<Readonly<Record<string, number>>>;
}

export async function train<Base extends Model>(context: Context, task: Task<Base>): Promise<RunOutcome> {
  const { config } = context;
  const base = context.input('model');
  // A task that reads no model of its own takes any, and so this one.
  const model = await (task.open ?? (readModel as NonNullable<typeof task.open>))(base, context.scratch);
  const device = await openDevice(context.device as DeviceName | 'auto', {
    threads: context.threads,
    warn: (message) => context.warn(message),
  });
  try {
    context.environment({ device: device.name });
    const padId = model.tokenizer.padId ?? model.tokenizer.eosId ?? 0;
    const batchSize = config.per_device_train_batch_size;
    const setting = { model, device, maxLength: maxLengthOf(config, model), padId, batchSize };
    const evaluationSetting = { ...setting, batchSize: config.per_device_eval_batch_size ?? batchSize };
    const batches = await task.batches('dataset', setting);
    const evaluated = context.optionalInput('validation') !== undefined;
    const validation = evaluated ? await task.batches('validation', evaluationSetting) : undefined;
    const learner = task.learner?.(setting) ?? languageModelLearner(model);
    const adapter = config.adapter === null ? undefined : planAdapter(config.adapter, model, config.seed);
    const adapted = adapter ? adapter.adapt(learner) : learner;
    const { weights, metrics } = await fit(context, device, adapted, {
      batches,
      validation,
      samples: task.samples?.(setting),
    });
    if (adapter) await adapter.write(context.output('adapter'), weights);
    const tuned = adapter ? adapter.merge(weights) : { ...model.parameters, ...weights };
    const write = task.write ?? (async (folder) => writeLikeBase(folder, base, model, tuned));
    const all = { ...metrics, ...(await write(context.output('model'), setting, tuned)) };
    await writeFile(context.output('metrics'), `${JSON.stringify(all, null, 2)}\n`);
    return { metrics: all };
  } finally {
    await device.dispose();
  }
}

async function writeLikeBase(folder: string, base: Artifact, { configJson }: Model, weights: HostTensors) {
  await writeTunedModel(folder, base, configJson, weights);
  return {};
}
