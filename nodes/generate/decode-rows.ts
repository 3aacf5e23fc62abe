/** Generation token after token, greedily or by sampling, of a batch of prompts: each has a slot of the decoder. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Stopped } from '../../engine/failure.js';
import { createRandom } from '../tensor/random.js';
import type { CachedDecoder, LogitRows } from './cached-decoder.js';
import type { Generation, GenerationOptions, Response } from './generation.js';
import { processLogits } from './logits-processors.js';
import { noToken } from './no-token.js';
import { chooseToken, logProbability } from './sampling.js';

/** A response in the making. */
interface Row {
  readonly row: number;
  readonly prompt: readonly number[];
  readonly ids: number[];
  readonly logprobs: number[];
  end: Generation['end'] | undefined;
  endId: number | undefined;
}

/** The response to each prompt. The randomness of a token is a function of (seed, `row`, place). */
export async function decodeRows(
  decoder: CachedDecoder,
  prompts: readonly { readonly row: number; readonly prompt: readonly number[] }[],
  maxNewTokens: number,
  options: GenerationOptions,
): Promise<Response[]> {
  const rows = prompts.map((one): Row => ({ ...one, ids: [], logprobs: [], end: undefined, endId: undefined }));
  const advance = async (rowsOf: LogitRows) => {
    for (const [slot, row] of rows.entries()) {
      if (row.end !== undefined) continue;
      await takeToken(row, rowsOf(slot), options);
      const full = row.ids.length >= maxNewTokens || row.prompt.length + row.ids.length > decoder.capacity;
      if (row.end === undefined && full) row.end = 'length';
    }
  };
  await advance(await decoder.read(rows.map(({ prompt }) => prompt)));
  while (rows.some(({ end }) => end === undefined)) {
    await nextTurn();
    if (options.signal.aborted) throw new Stopped('Stopped while generating.');
    const tokens = new Int32Array(decoder.slots);
    const positions = new Int32Array(decoder.slots);
    rows.forEach((row, slot) => {
      // A finished row goes on writing at place 0 of its own cache, which no one reads any more.
      if (row.end !== undefined) return;
      tokens[slot] = row.ids.at(-1)!;
      positions[slot] = row.prompt.length + row.ids.length - 1;
    });
    await advance(await decoder.step(tokens, positions));
  }
  return rows.map((row) => ({ ...row, end: row.end! }));
}

/** Chooses an unfinished row's next token from `logits` `[vocab]`. */
async function takeToken(row: Row, logits: Float32Array, options: GenerationOptions): Promise<void> {
  const { sampling, processing = {}, seed, endIds } = options;
  const draw = () => createRandom(seed, 'sample', row.row, row.ids.length).uniform(0);
  const scores = processLogits(logits, { prompt: row.prompt, response: row.ids }, processing, endIds);
  const id = chooseToken(scores, sampling, draw);
  if (id < 0) throw noToken(logits, row.row);
  if (options.logprobs) row.logprobs.push(logProbability(logits, id, sampling.temperature));
  if (endIds.includes(id)) {
    row.end = 'end-token';
    row.endId = id;
    return;
  }
  row.ids.push(id);
  await options.onToken?.(row.row, id);
  if (await options.shouldStop?.(row.ids)) row.end = 'stop-string';
}
