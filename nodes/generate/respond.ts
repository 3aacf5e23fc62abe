/** From prompts as text to responses as text. */
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { GenerationConfig } from '../../schemas/kinds/generation.js';
import { type Model, readModel } from '../model/model-directory.js';
import type { DeviceName } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { withBos } from '../train/example.js';
import { beamsOf, processingOf, samplingOf } from './generation-settings.js';
import { type Generation, generate } from './generator.js';
import { beforeStop, stopsAt } from './stop-strings.js';

export interface RespondConfig extends GenerationConfig {
  readonly num_return_sequences?: number;
  readonly logprobs?: boolean;
}

export interface Answer {
  readonly text: string;
  /** With `logprobs`, of all the tokens that were taken, with the one that ended it: in nats. */
  readonly logprobs?: { readonly sum: number; readonly mean: number };
  /** Of a beam. */
  readonly score?: number;
}

export interface Responses {
  /** The first response to each prompt, in their order. */
  readonly texts: readonly string[];
  /** All responses to each prompt. */
  readonly answers: readonly (readonly Answer[])[];
  readonly newTokens: number;
}

/**
 * Answers every prompt with the model at the input port `model`; reports progress, and counts what was cut. With `leaveRoom`, prompts are
 * cut so far that every response may have all its `max_new_tokens`.
 */
export async function respond(
  context: RunContext<RespondConfig>,
  prompts: readonly string[],
  { leaveRoom = false }: { readonly leaveRoom?: boolean } = {},
): Promise<Responses> {
  const { config } = context;
  const model = await readModel(context.input('model'), context.scratch);
  const { tokenizer } = model;
  const encoded = await encodePrompts(context, model, prompts, leaveRoom ? config.max_new_tokens : 0);
  const returned = config.num_return_sequences ?? 1;
  const beams = beamsOf(config, returned);
  // Several samples of a prompt are rows of their own, each with its own randomness.
  const asked = beams ? encoded : encoded.flatMap((prompt) => Array<readonly number[]>(returned).fill(prompt));
  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
  try {
    context.environment({ device: device.name });
    const started = performance.now();
    const generations = await generate(device, model, asked, {
      maxNewTokens: config.max_new_tokens,
      batchSize: config.batch_size,
      ...(beams ? { beams } : {}),
      sampling: samplingOf(config),
      processing: processingOf(config),
      seed: config.seed,
      endIds: model.endIds,
      logprobs: config.logprobs ?? false,
      ...(config.stop_strings.length > 0 ? { shouldStop: stopsAt(tokenizer, config.stop_strings) } : {}),
      signal: context.signal,
      onProgress: (step, newTokens) => {
        const values = { tokens_per_second: (newTokens / (performance.now() - started)) * 1000 };
        context.progress({ step, total: asked.length, unit: 'rows', values });
      },
    });
    context.count('response-cut-at-max-new-tokens', generations.filter(({ end }) => end === 'length').length);
    const answers = await Promise.all(
      encoded.map((prompt, row) => {
        const own = generations.slice(row * returned, (row + 1) * returned);
        return Promise.all(own.map((generation) => answerOf(tokenizer, prompt, generation, config.stop_strings)));
      }),
    );
    return {
      texts: answers.map((own) => own[0]!.text),
      answers,
      newTokens: generations.reduce((sum, { ids }) => sum + ids.length, 0),
    };
  } finally {
    await device.dispose();
  }
}

/**
 * A prompt that fills all positions but `room` keeps its end, since that is what a response goes on from. Throws `Failure` where no
 * position is left for prompts.
 */
export async function encodePrompts(
  context: Pick<RunContext<unknown>, 'count'>,
  { config, tokenizer }: Model,
  prompts: readonly string[],
  room = 0,
): Promise<number[][]> {
  const most = config.maxPositions - room;
  if (most < 1) {
    const message = `A response may have ${room} tokens, and the model has ${config.maxPositions} positions for prompt and response.`;
    throw new Failure('no-room-for-prompts', message, 'Let responses be shorter.');
  }
  let cut = 0;
  const encodings = await tokenizer.encodeBatch(prompts);
  const encoded = encodings.map(({ ids }, row) => {
    const whole = withBos(ids, tokenizer.bosId);
    if (whole.length === 0) throw new Failure('prompt-empty', `The prompt of row ${row + 1} has no tokens.`);
    if (whole.length > most) cut++;
    return whole.slice(-most);
  });
  context.count('prompt-cut-to-model-positions', cut);
  return encoded;
}

async function answerOf(
  tokenizer: Tokenizer,
  prompt: readonly number[],
  generation: Generation,
  stops: readonly string[],
): Promise<Answer> {
  const whole = await newText(tokenizer, prompt, generation.ids);
  const { end, logprobs, score } = generation;
  const sum = (logprobs ?? []).reduce((total, logprob) => total + logprob, 0);
  return {
    text: end === 'stop-string' ? beforeStop(whole, stops) : whole,
    ...(logprobs ? { logprobs: { sum, mean: sum / logprobs.length } } : {}),
    ...(score === undefined ? {} : { score }),
  };
}

/**
 * What the new tokens add to the prompt's text: some decoders drop a leading space, so new tokens alone would read
 * differently.
 */
export async function newText(
  tokenizer: Tokenizer,
  prompt: readonly number[],
  ids: readonly number[],
): Promise<string> {
  const options = { skipSpecialTokens: true };
  const [before, whole, alone] = await tokenizer.decodeBatch([prompt, [...prompt, ...ids], ids], options);
  return whole!.startsWith(before!) ? whole!.slice(before!.length) : alone!;
}
