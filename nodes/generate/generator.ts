/**
 * Batched generation over a KV cache. Rows of similar length share a batch, yet each response depends on its own prompt
 * and row number alone: rows do not see each other, and the randomness of a token is a function of (seed, row, place).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure, Stopped } from '../../engine/failure.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { decodeStep, emptyCache, prefill } from '../nn/kv-cache.js';
import type { Device, HostTensors, Program, State, Tensors } from '../tensor/device.js';
import { int32 } from '../tensor/host-tensor.js';
import { createRandom } from '../tensor/random.js';
import { paddedLengths } from '../train/padded-lengths.js';
import { type Processing, processLogits } from './logits-processors.js';
import { chooseToken, logProbability, type Sampling } from './sampling.js';

/** What the programs and the cache are made for, once. */
export interface GeneratorSize {
  /** Tokens of each prompt to come, or of a sample of them with the longest: they decide what prompts are padded to. */
  readonly promptLengths: readonly number[];
  /** Most tokens of a response. */
  readonly maxNewTokens: number;
  /** Rows that are generated together. */
  readonly batchSize: number;
}

export interface GenerationOptions {
  readonly sampling: Sampling;
  /** What is done to the logits before a token is chosen, also where nothing is sampled. */
  readonly processing?: Processing;
  readonly seed: number | bigint;
  /** The number of the first prompt's row. A loop of rollouts counts on, so that no two of them draw the same numbers. */
  readonly firstRow?: number;
  /** Tokens that end a response; they do not belong to it. */
  readonly endIds: readonly number[];
  /** Whether to tell how likely each token was. */
  readonly logprobs?: boolean;
  /** Asked after each token; true ends the response there. */
  readonly shouldStop?: (ids: readonly number[]) => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly onProgress?: (rowsDone: number, newTokens: number) => void;
}

/** Of a generation that is done once. */
export type GenerateOptions = GenerationOptions & Omit<GeneratorSize, 'promptLengths'>;

export interface Generation {
  readonly ids: readonly number[];
  /** `length`: it was cut off, by `maxNewTokens` or by the model's last position. */
  readonly end: 'end-token' | 'stop-string' | 'length';
  /** The token that ended it, of the `endIds`. */
  readonly endId?: number;
  /**
   * With `logprobs`, the log-probability in nats of each of `ids`, and after them of `endId`, where there is one: under
   * softmax(logits / temperature), before any other limit of the sampling.
   */
  readonly logprobs?: readonly number[];
}

/** Generates again and again with the programs that it compiled, and the weights as they are at each call. */
export interface Generator {
  /**
   * The responses in the prompts' order. Prompts are token ids, each of 1 to as many tokens as the longest of
   * `promptLengths`. Calls must not overlap, nor run beside a step that changes the weights. Throws `Failure`
   * `logits-not-finite` where the model gives no numbers, and `Stopped`.
   */
  generate(prompts: readonly (readonly number[])[], options: GenerationOptions): Promise<Generation[]>;
  dispose(): Promise<void>;
}

export interface GeneratorModel {
  readonly config: DecoderConfig;
  /** The decoder's parameters from the entries of the state; by default they are the entries themselves. */
  readonly parametersOf?: (state: Tensors) => Tensors;
}

/** A response in the making. */
interface Row {
  readonly index: number;
  readonly prompt: readonly number[];
  readonly ids: number[];
  readonly logprobs: number[];
  end: Generation['end'] | undefined;
  endId?: number;
}

/**
 * `weights` is a state of the device, such as a trainer's, with whatever else it holds. It is read in place, not copied,
 * so a response comes from the weights as the last training step left them.
 */
export function createGenerator(
  device: Device,
  { config, parametersOf = (state) => state }: GeneratorModel,
  weights: State,
  { promptLengths, maxNewTokens, batchSize }: GeneratorSize,
): Generator {
  const longest = promptLengths.reduce((most, length) => Math.max(most, length), 1);
  const capacity = Math.min(config.maxPositions, Math.ceil((longest + maxNewTokens) / 16) * 16);
  const cache = device.createState(emptyCache(config, batchSize, capacity));
  const engine: Engine = {
    config,
    batchSize,
    maxNewTokens,
    capacity,
    lengths: promptLengths.length > 0 ? paddedLengths(promptLengths, capacity) : [capacity],
    state: device.joinStates([weights, cache]),
    prefill: device.program('prefill', (state, { ids, last }) => {
      const step = prefill(config, { ...state, ...parametersOf(state) }, ids!, last!);
      return { state: step.state, outputs: { logits: step.logits } };
    }),
    decode: device.program('decode', (state, { ids, positions }) => {
      const step = decodeStep(config, { ...state, ...parametersOf(state) }, ids!, positions!);
      return { state: step.state, outputs: { logits: step.logits } };
    }),
  };
  return {
    generate: async (prompts, options) => generateRows(engine, prompts, options),
    async dispose() {
      await engine.prefill.dispose();
      await engine.decode.dispose();
      cache.dispose();
    },
  };
}

/** Generates once, from weights in this process's memory. Options as of `Generator.generate`. */
export async function generate(
  device: Device,
  model: { readonly config: DecoderConfig; readonly parameters: HostTensors },
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<Generation[]> {
  if (prompts.length === 0) return [];
  const weights = device.createState(model.parameters);
  const promptLengths = prompts.map(({ length }) => length);
  const generator = createGenerator(device, model, weights, { ...options, promptLengths });
  try {
    return await generator.generate(prompts, options);
  } finally {
    await generator.dispose();
    weights.dispose();
  }
}

interface Engine extends Omit<GeneratorSize, 'promptLengths'> {
  readonly config: DecoderConfig;
  /** Weights and cache. */
  readonly state: State;
  /** Places of the cache. */
  readonly capacity: number;
  /** What prompts are padded to, upwards. */
  readonly lengths: readonly number[];
  readonly prefill: Program;
  readonly decode: Program;
}

async function generateRows(
  engine: Engine,
  prompts: readonly (readonly number[])[],
  options: GenerationOptions,
): Promise<Generation[]> {
  const { firstRow = 0 } = options;
  const rows = prompts.map(
    (prompt, index): Row => ({ index: firstRow + index, prompt, ids: [], logprobs: [], end: undefined }),
  );
  const byLength = [...rows].sort((a, b) => a.prompt.length - b.prompt.length || a.index - b.index);
  let tokens = 0;
  for (let start = 0; start < byLength.length; start += engine.batchSize) {
    const batch = byLength.slice(start, start + engine.batchSize);
    await generateBatch(engine, batch, options);
    tokens += batch.reduce((sum, { ids }) => sum + ids.length, 0);
    options.onProgress?.(start + batch.length, tokens);
  }
  return rows.map(({ ids, end, endId, logprobs }) => ({
    ids,
    end: end!,
    ...(endId === undefined ? {} : { endId }),
    ...(options.logprobs ? { logprobs } : {}),
  }));
}

/** The batch has always the full size, so that a row's numbers do not depend on how many others there are. */
async function generateBatch(engine: Engine, rows: readonly Row[], options: GenerationOptions): Promise<void> {
  const { batchSize } = engine;
  const longest = rows.reduce((most, { prompt }) => Math.max(most, prompt.length), 0);
  const time = engine.lengths.find((length) => longest <= length);
  if (time === undefined) throw new Error(`A prompt of ${longest} tokens is longer than the generator was made for.`);
  const ids = new Int32Array(batchSize * time);
  const last = new Int32Array(batchSize);
  rows.forEach(({ prompt }, slot) => {
    ids.set(prompt, slot * time);
    last[slot] = prompt.length - 1;
  });
  const first = await engine.prefill.run(engine.state, {
    ids: int32([batchSize, time], ids),
    last: int32([batchSize], last),
  });
  await takeTokens(engine, rows, first.logits!.data as Float32Array, options);
  while (rows.some(({ end }) => end === undefined)) {
    await nextTurn();
    if (options.signal.aborted) throw new Stopped('Stopped while generating.');
    const next = new Int32Array(batchSize);
    const positions = new Int32Array(batchSize);
    rows.forEach((row, slot) => {
      // A finished row goes on writing at place 0 of its own cache, which no one reads any more.
      if (row.end !== undefined) return;
      next[slot] = row.ids.at(-1)!;
      positions[slot] = row.prompt.length + row.ids.length - 1;
    });
    const shape = [batchSize, 1];
    const { logits } = await engine.decode.run(engine.state, {
      ids: int32(shape, next),
      positions: int32(shape, positions),
    });
    await takeTokens(engine, rows, logits!.data as Float32Array, options);
  }
}

/** Chooses each unfinished row's next token from `logits` `[batch, vocab]`. */
async function takeTokens(engine: Engine, rows: readonly Row[], logits: Float32Array, options: GenerationOptions) {
  const vocab = engine.config.vocabSize;
  const { sampling, processing = {}, seed, endIds } = options;
  for (const [slot, row] of rows.entries()) {
    if (row.end !== undefined) continue;
    const draw = () => createRandom(seed, 'sample', row.index, row.ids.length).uniform(0);
    const own = logits.subarray(slot * vocab, (slot + 1) * vocab);
    const scores = processLogits(own, { prompt: row.prompt, response: row.ids }, processing, endIds);
    const id = chooseToken(scores, sampling, draw);
    if (id < 0) throw noToken(own, row);
    if (options.logprobs) row.logprobs.push(logProbability(own, id, sampling.temperature));
    if (endIds.includes(id)) {
      row.end = 'end-token';
      row.endId = id;
      continue;
    }
    row.ids.push(id);
    if (await options.shouldStop?.(row.ids)) row.end = 'stop-string';
    else if (row.ids.length >= engine.maxNewTokens || row.prompt.length + row.ids.length > engine.capacity) {
      row.end = 'length';
    }
  }
}

function noToken(logits: Float32Array, { index }: Row): Failure {
  if (logits.every((logit) => !(logit > Number.NEGATIVE_INFINITY))) {
    return new Failure('logits-not-finite', `The model gives no number for the next token of row ${index + 1}.`);
  }
  return new Failure(
    'no-token-allowed',
    `no_repeat_ngram_size and min_new_tokens leave no token for row ${index + 1} to go on with.`,
    'Lower min_new_tokens, or raise no_repeat_ngram_size.',
  );
}
