/** `evaluate.language_model`: each token of each text is predicted once, from what stands before it in its text. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure, Stopped } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateLanguageModelConfig } from '../../schemas/kinds/evaluate.language_model.js';
import { type Model, readModel } from '../model/model-directory.js';
import type { DeviceName } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import { type Batches, createBatches } from '../train/batches.js';
import { type Example, withBos } from '../train/example.js';
import { nextTokenLoss } from '../train/learner.js';
import { validationStep } from '../train/step.js';
import { chunks, typedRows } from '../train/typed-rows.js';
import { writeMetrics } from './metrics-file.js';
import { slidingWindows } from './windows.js';

type Context = RunContext<EvaluateLanguageModelConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const model = await readModel(context.input('model'), context.scratch);
  const { maxLength, stride } = windowOf(context.config, model);
  const { examples, bytes } = await readWindows(context, model, maxLength, stride);
  if (examples.length === 0)
    throw new Failure('no-tokens-to-score', 'The dataset holds no text of two or more tokens.');
  const padId = model.tokenizer.padId ?? model.tokenizer.eosId ?? 0;
  const options = { batchSize: context.config.batch_size, maxLength, packed: true, padId, seed: 0 };
  const { lossSum, tokens } = await score(context, model, createBatches(examples, options));
  const loss = lossSum / tokens;
  if (!Number.isFinite(loss)) throw new Failure('loss-not-finite', `The mean loss is ${loss}: the model is broken.`);
  const metrics = {
    loss,
    perplexity: Math.exp(loss),
    bits_per_byte: lossSum / Math.LN2 / bytes,
    tokens,
    bytes,
  };
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}

function windowOf(config: EvaluateLanguageModelConfig, model: Model) {
  const { maxPositions } = model.config;
  const maxLength = config.max_length ?? maxPositions;
  if (maxLength > maxPositions) {
    throw new Failure(
      'max-length-exceeds-model',
      `max_length is ${maxLength}, and the model has ${maxPositions} positions.`,
    );
  }
  const stride = config.stride ?? Math.max(1, Math.floor(maxLength / 2));
  if (stride > maxLength) {
    throw new Failure('stride-exceeds-window', `stride is ${stride}, and the window has ${maxLength} tokens.`);
  }
  return { maxLength, stride };
}

/**
 * A text begins with BOS where the tokenizer has one; without one its first token has nothing to be predicted from, and
 * neither it nor its bytes are scored. EOS is not asked for: it is no part of the text.
 */
async function readWindows(context: Context, { tokenizer }: Model, maxLength: number, stride: number) {
  const examples: Example[] = [];
  let bytes = 0;
  let unscored = 0;
  for await (const rows of chunks(typedRows(context.input('dataset'), 'text'), 256)) {
    const texts = rows.map(({ text }) => text);
    for (const [index, encoding] of (await tokenizer.encodeBatch(texts)).entries()) {
      const sequence = withBos(encoding.ids, tokenizer.bosId);
      const windows = slidingWindows(sequence, maxLength, stride);
      if (windows.length === 0) unscored++;
      examples.push(...windows);
      const firstScored = sequence.length > encoding.ids.length ? 0 : 1;
      const start = encoding.offsets[firstScored]?.[0];
      if (start !== undefined) bytes += Buffer.byteLength(texts[index]!.slice(start));
    }
  }
  context.count('text-too-short-to-score', unscored);
  return { examples, bytes };
}

async function score(context: Context, model: Model, batches: Batches) {
  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
  try {
    context.environment({ device: device.name });
    const state = device.createState(model.parameters);
    const program = device.program('scoring', validationStep(nextTokenLoss(model.config)));
    let lossSum = 0;
    let tokens = 0;
    let step = 0;
    for (const batch of batches.epoch(0)) {
      await nextTurn();
      if (context.signal.aborted) throw new Stopped('Stopped while scoring.');
      const { loss } = await program.run(state, batch.inputs);
      lossSum += loss!.data[0]!;
      tokens += batch.count;
      context.progress({ step: ++step, total: batches.perEpoch, unit: 'batches', values: { loss: lossSum / tokens } });
    }
    return { lossSum, tokens };
  } finally {
    await device.dispose();
  }
}
