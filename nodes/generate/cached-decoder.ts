/** A decoder with its KV cache on the device: compiled programs that read prompts, and then one token a slot at a time. */
import type { DecoderConfig } from '../nn/decoder-config.js';
import { decodeStep, emptyCache, gatherCache, prefill } from '../nn/kv-cache.js';
import type { Device, HostTensors, State, Tensors } from '../tensor/device.js';
import { int32 } from '../tensor/host-tensor.js';
import { fewRows } from '../tensor/kernels/few-rows.js';
import { createRereader } from './rereading.js';

export interface GeneratorModel {
  readonly config: DecoderConfig;
  /** The decoder's parameters from the entries of the state; by default they are the entries themselves. */
  readonly parametersOf?: (state: Tensors) => Tensors;
}

export interface CachedDecoder {
  readonly slots: number;
  /** Most tokens of prompt and response that the cache holds. */
  readonly capacity: number;
  /**
   * Reads at most `slots` prompts. The logits of the next tokens: a row of the vocabulary's length a slot. Equal prompts are
   * read once.
   */
  read(prompts: readonly (readonly number[])[]): Promise<LogitRows>;
  /**
   * Reads one token a slot at its position. With `sources`, each slot first becomes a copy of the slot named there.
   * Arrays are of as many elements as there are slots.
   */
  step(tokens: Int32Array, positions: Int32Array, sources?: Int32Array): Promise<LogitRows>;
  dispose(): Promise<void>;
}

/** The logits of a slot; a view that the next call makes stale. */
export type LogitRows = (slot: number) => Float32Array;

/** `lengths` are what prompts are padded to, upwards. Steps and logits are always computed for all slots, so that the numbers
 * of one do not depend on how many others are in use. */
export function createCachedDecoder(
  device: Device,
  { config, parametersOf = (state) => state }: GeneratorModel,
  weights: State,
  size: { readonly slots: number; readonly capacity: number; readonly lengths: readonly number[] },
): CachedDecoder {
  const { slots, capacity, lengths } = size;
  const cache = device.createState(emptyCache(config, slots, capacity));
  const state = device.joinStates([weights, cache]);
  const withParameters = (held: Tensors) => ({ ...held, ...parametersOf(held) });
  const reading = device.program('prefill', (held, { ids, last, sources }) => {
    const step = prefill(config, withParameters(held), ids!, last!, sources!);
    return { state: step.state, outputs: { logits: step.logits } };
  });
  const decoding = device.program('decode', (held, { ids, positions, sources }) => {
    const reordered = sources ? gatherCache(config, held, sources) : {};
    const step = decodeStep(config, { ...withParameters(held), ...reordered }, ids!, positions!);
    return { state: step.state, outputs: { logits: step.logits } };
  });
  const rereader = createRereader(device, { config, parametersOf }, state, { slots, capacity });
  const rowsOf = ({ logits }: HostTensors): LogitRows => {
    const all = logits!.data as Float32Array;
    return (slot) => all.subarray(slot * config.vocabSize, (slot + 1) * config.vocabSize);
  };
  return {
    slots,
    capacity,
    async read(prompts) {
      const longest = prompts.reduce((most, { length }) => Math.max(most, length), 0);
      const time = lengths.find((length) => longest <= length);
      if (time === undefined)
        throw new Error(`A prompt of ${longest} tokens is longer than the generator was made for.`);
      const { distinct, sources } = withoutRepeats(prompts, slots);
      const rows = rowsToRead(distinct.length, time, slots);
      const ids = new Int32Array(rows * time);
      const last = new Int32Array(rows);
      distinct.forEach((prompt, row) => {
        ids.set(prompt, row * time);
        last[row] = prompt.length - 1;
      });
      rereader?.begin(prompts);
      const inputs = { ids: int32([rows, time], ids), last: int32([rows], last), sources: int32([slots], sources) };
      return rowsOf(await reading.run(state, inputs));
    },
    async step(tokens, positions, sources) {
      const moved = sources?.some((source, slot) => source !== slot);
      const inputs = { ids: int32([slots, 1], tokens), positions: int32([slots, 1], positions) };
      const ordered = moved ? { ...inputs, sources: int32([slots], sources!) } : inputs;
      const rows = rowsOf(await decoding.run(state, ordered));
      return rereader ? rereader.after(rows, tokens, positions, sources) : rows;
    },
    async dispose() {
      await reading.dispose();
      await decoding.dispose();
      await rereader?.dispose();
      cache.dispose();
    },
  };
}

/** The prompts, each once, and which of them each slot reads; a slot without a prompt reads the first. */
function withoutRepeats(prompts: readonly (readonly number[])[], slots: number) {
  const rowOf = new Map<string, number>();
  const distinct: (readonly number[])[] = [];
  const sources = new Int32Array(slots);
  for (const [slot, prompt] of prompts.entries()) {
    const text = prompt.join();
    const row = rowOf.get(text) ?? distinct.push(prompt) - 1;
    rowOf.set(text, row);
    sources[slot] = row;
  }
  return { distinct, sources };
}

/**
 * A power of two, or all slots, so that there are few programs. With few tokens in all, products round otherwise; that
 * must not depend on how many prompts there are.
 */
function rowsToRead(prompts: number, time: number, slots: number): number {
  let rows = 1;
  while (rows < prompts || rows * time <= fewRows) rows *= 2;
  return Math.min(rows, slots);
}
