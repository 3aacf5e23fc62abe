/** From prompts as text to responses as text. */
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { GenerationConfig } from '../../schemas/kinds/generation.js';
import { type Model, readModel } from '../model/model-directory.js';
import type { DeviceName } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { withBos } from '../train/example.js';
import { processingOf, samplingOf } from './generation-settings.js';
import { type Generation, generate } from './generator.js';

export interface Responses {
  /** In the prompts' order. */
  readonly texts: readonly string[];
  readonly newTokens: number;
}

/** Answers every prompt with the model at the input port `model`; reports progress, and counts what was cut. */
export async function respond(context: RunContext<GenerationConfig>, prompts: readonly string[]): Promise<Responses> {
  const { config } = context;
  const model = await readModel(context.input('model'), context.scratch);
  const { tokenizer } = model;
  const encoded = await encodePrompts(context, model, prompts);
  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
  try {
    context.environment({ device: device.name });
    const started = performance.now();
    const generations = await generate(device, model, encoded, {
      maxNewTokens: config.max_new_tokens,
      batchSize: config.batch_size,
      sampling: samplingOf(config),
      processing: processingOf(config),
      seed: config.seed,
      endIds: model.endIds,
      ...(config.stop_strings.length > 0 ? { shouldStop: stopsAt(tokenizer, config.stop_strings) } : {}),
      signal: context.signal,
      onProgress: (step, newTokens) => {
        const values = { tokens_per_second: (newTokens / (performance.now() - started)) * 1000 };
        context.progress({ step, total: prompts.length, unit: 'rows', values });
      },
    });
    context.count('response-cut-at-max-new-tokens', generations.filter(({ end }) => end === 'length').length);
    const texts = await Promise.all(
      generations.map((generation, row) => responseText(tokenizer, encoded[row]!, generation, config.stop_strings)),
    );
    return { texts, newTokens: generations.reduce((sum, { ids }) => sum + ids.length, 0) };
  } finally {
    await device.dispose();
  }
}

/** A prompt that fills all positions keeps its end, since that is what a response goes on from. */
async function encodePrompts(
  context: RunContext<GenerationConfig>,
  { config, tokenizer }: Model,
  prompts: readonly string[],
): Promise<number[][]> {
  let cut = 0;
  const encodings = await tokenizer.encodeBatch(prompts);
  const encoded = encodings.map(({ ids }, row) => {
    const whole = withBos(ids, tokenizer.bosId);
    if (whole.length === 0) throw new Failure('prompt-empty', `The prompt of row ${row + 1} has no tokens.`);
    if (whole.length > config.maxPositions) cut++;
    return whole.slice(-config.maxPositions);
  });
  context.count('prompt-cut-to-model-positions', cut);
  return encoded;
}

function stopsAt(tokenizer: Tokenizer, stops: readonly string[]) {
  return async (ids: readonly number[]): Promise<boolean> => {
    const text = await tokenizer.decode(ids, { skipSpecialTokens: true });
    return stops.some((stop) => text.includes(stop));
  };
}

/**
 * What the new tokens add to the prompt's text: some decoders drop a leading space, so new tokens alone would read
 * differently. A stop string and what follows it are taken off.
 */
async function responseText(
  tokenizer: Tokenizer,
  prompt: readonly number[],
  { ids, end }: Generation,
  stops: readonly string[],
): Promise<string> {
  const options = { skipSpecialTokens: true };
  const [before, whole, alone] = await tokenizer.decodeBatch([prompt, [...prompt, ...ids], ids], options);
  const text = whole!.startsWith(before!) ? whole!.slice(before!.length) : alone!;
  if (end !== 'stop-string') return text;
  const at = stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
  return at.length === 0 ? text : text.slice(0, Math.min(...at));
}
