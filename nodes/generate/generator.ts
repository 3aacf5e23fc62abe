/**
 * Batched generation over a KV cache. Rows of similar length share a batch, yet each response depends on its own prompt
 * and row number alone: rows do not see each other, and the randomness of a token is a function of (seed, row, place).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure, Stopped } from '../../engine/failure.js';
import type { ModelDescription } from '../model/model-directory.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { decodeStep, emptyCache, prefill } from '../nn/kv-cache.js';
import type { Device, HostTensors, Program, State } from '../tensor/device.js';
import { int32 } from '../tensor/host-tensor.js';
import { createRandom } from '../tensor/random.js';
import { paddedLengths } from '../train/padded-lengths.js';
import { chooseToken, type Sampling } from './sampling.js';

export interface GenerationOptions {
  readonly maxNewTokens: number;
  readonly batchSize: number;
  readonly sampling: Sampling;
  readonly seed: number | bigint;
  /** Tokens that end a response; they do not belong to it. */
  readonly endIds: readonly number[];
  /** Asked after each token; true ends the response there. */
  readonly shouldStop?: (ids: readonly number[]) => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly onProgress: (rowsDone: number, newTokens: number) => void;
}

export interface Generation {
  readonly ids: readonly number[];
  /** `length`: it was cut off, by `maxNewTokens` or by the model's last position. */
  readonly end: 'end-token' | 'stop-string' | 'length';
}

/** A response in the making. */
interface Row {
  readonly index: number;
  readonly prompt: readonly number[];
  readonly ids: number[];
  end: Generation['end'] | undefined;
}

/** The responses in the prompts' order. Prompts are token ids, each of 1 to `maxPositions` tokens. */
export async function generate(
  device: Device,
  model: Pick<ModelDescription, 'config'> & { readonly parameters: HostTensors },
  prompts: readonly (readonly number[])[],
  options: GenerationOptions,
): Promise<Generation[]> {
  if (prompts.length === 0) return [];
  const { config } = model;
  const lengths = prompts.map((prompt) => prompt.length);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const capacity = Math.min(config.maxPositions, Math.ceil((longest + options.maxNewTokens) / 16) * 16);
  const state = device.createState({ ...model.parameters, ...emptyCache(config, options.batchSize, capacity) });
  const engine: Engine = {
    config,
    state,
    capacity,
    lengths: paddedLengths(lengths, capacity),
    ...programs(device, config),
  };
  const rows = prompts.map((prompt, index): Row => ({ index, prompt, ids: [], end: undefined }));
  const byLength = [...rows].sort((a, b) => a.prompt.length - b.prompt.length || a.index - b.index);
  let tokens = 0;
  for (let start = 0; start < byLength.length; start += options.batchSize) {
    const batch = byLength.slice(start, start + options.batchSize);
    await generateBatch(engine, batch, options);
    tokens += batch.reduce((sum, { ids }) => sum + ids.length, 0);
    options.onProgress(start + batch.length, tokens);
  }
  await engine.prefill.dispose();
  await engine.decode.dispose();
  state.dispose();
  return rows.map(({ ids, end }) => ({ ids, end: end! }));
}

interface Engine {
  readonly config: DecoderConfig;
  readonly state: State;
  readonly capacity: number;
  /** What prompts are padded to. */
  readonly lengths: readonly number[];
  readonly prefill: Program;
  readonly decode: Program;
}

function programs(device: Device, config: DecoderConfig): Pick<Engine, 'prefill' | 'decode'> {
  return {
    prefill: device.program('prefill', (state, { ids, last }) => {
      const step = prefill(config, state, ids!, last!);
      return { state: step.state, outputs: { logits: step.logits } };
    }),
    decode: device.program('decode', (state, { ids, positions }) => {
      const step = decodeStep(config, state, ids!, positions!);
      return { state: step.state, outputs: { logits: step.logits } };
    }),
  };
}

/** The batch has always the full size, so that a row's numbers do not depend on how many others there are. */
async function generateBatch(engine: Engine, rows: readonly Row[], options: GenerationOptions): Promise<void> {
  const { batchSize } = options;
  const longest = rows.reduce((most, { prompt }) => Math.max(most, prompt.length), 0);
  const time = engine.lengths.find((length) => longest <= length)!;
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
  for (const [slot, row] of rows.entries()) {
    if (row.end !== undefined) continue;
    const draw = () => createRandom(options.seed, 'sample', row.index, row.ids.length).uniform(0);
    const id = chooseToken(logits.subarray(slot * vocab, (slot + 1) * vocab), options.sampling, draw);
    if (id < 0)
      throw new Failure('logits-not-finite', `The model gives no number for the next token of row ${row.index + 1}.`);
    if (options.endIds.includes(id)) {
      row.end = 'end-token';
      continue;
    }
    row.ids.push(id);
    if (await options.shouldStop?.(row.ids)) row.end = 'stop-string';
    else if (row.ids.length >= options.maxNewTokens || row.prompt.length + row.ids.length > engine.capacity) {
      row.end = 'length';
    }
  }
}
