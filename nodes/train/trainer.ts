/**
 * The one trainer, from a model and a dataset to a tuned model. What is learned is a matter of the batches and of the
 * loss; how, of the hyper-parameters.
 */
import { writeFile } from 'node:fs/promises';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { planAdapter } from '../adapters/plan.js';
import { type Model, readModel, writeTunedModel } from '../model/model-directory.js';
import type { Device, DeviceName } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import { maxLengthOf, type TrainingArguments } from './arguments.js';
import type { Batches } from './batches.js';
import { fit } from './fit.js';
import { type Learner, languageModelLearner } from './learner.js';
import type { SamplePlan } from './samples.js';

type Context = RunContext<TrainingArguments>;

/** What is there when a dataset is read. */
export interface Setting {
  readonly model: Model;
  readonly device: Device;
  /** No row of a batch may be longer. */
  readonly maxLength: number;
  /** Fills the rest of a row. */
  readonly padId: number;
  /** Rows of a batch: of training, or of evaluation. */
  readonly batchSize: number;
}

/** What one method of training does in its own way. */
export interface Task {
  /** Reads the dataset at an input port, and counts what it drops and cuts. */
  batches(port: string, setting: Setting): Promise<Batches>;
  /** What learns: by default the whole model, from the next token. */
  learner?(setting: Setting): Learner;
  /** Of a language model: texts that it writes on the way. */
  samples?(setting: Setting): SamplePlan | undefined;
}

export async function train(context: Context, task: Task): Promise<RunOutcome> {
  const { config } = context;
  const base = context.input('model');
  const model = await readModel(base, context.scratch);
  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
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
    await writeTunedModel(context.output('model'), base, model.configJson, tuned);
    await writeFile(context.output('metrics'), `${JSON.stringify(metrics, null, 2)}\n`);
    return { metrics };
  } finally {
    await device.dispose();
  }
}
