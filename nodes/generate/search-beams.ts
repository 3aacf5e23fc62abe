/** Beam search of a batch of prompts: each has `count` slots of the decoder, whose caches follow the beams. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Stopped } from '../../engine/failure.js';
import {
  advanceBeams,
  type Beam,
  type BeamEnd,
  type BeamSettings,
  type Beams,
  continuations,
  noBeams,
} from './beam-search.js';
import type { CachedDecoder, LogitRows } from './cached-decoder.js';
import type { GenerationOptions, Response } from './generation.js';
import { processLogits } from './logits-processors.js';
import { noToken, tooFew } from './no-token.js';
import { logSoftmax } from './sampling.js';

interface Search {
  readonly row: number;
  readonly prompt: readonly number[];
  beams: Beams;
}

/** For each prompt its best responses, the best first. `rows` are their numbers, for errors. */
export async function searchBeams(
  decoder: CachedDecoder,
  prompts: readonly { readonly row: number; readonly prompt: readonly number[] }[],
  maxNewTokens: number,
  settings: BeamSettings,
  options: GenerationOptions,
): Promise<Response[][]> {
  const { count } = settings;
  const searches = prompts.map((one): Search => ({ ...one, beams: noBeams }));
  const advance = async (rowsOf: LogitRows) => {
    for (const [index, search] of searches.entries()) {
      if (search.beams.done) continue;
      const logits = search.beams.running.map((_, beam) => rowsOf(index * count + beam));
      search.beams = await nextBeams(search, logits, decoder.capacity, maxNewTokens, settings, options);
    }
  };
  // Each beam's slot reads the prompt, so that the first step finds it there, whichever beam goes on.
  await advance(await decoder.read(prompts.flatMap(({ prompt }) => Array<readonly number[]>(count).fill(prompt))));
  while (searches.some(({ beams }) => !beams.done)) {
    await nextTurn();
    if (options.signal.aborted) throw new Stopped('Stopped while generating.');
    const tokens = new Int32Array(decoder.slots);
    const positions = new Int32Array(decoder.slots);
    const sources = Int32Array.from(tokens.keys());
    for (const [index, { prompt, beams }] of searches.entries()) {
      if (beams.done) continue;
      for (const [beam, { ids, source }] of beams.running.entries()) {
        const slot = index * count + beam;
        tokens[slot] = ids.at(-1)!;
        positions[slot] = prompt.length + ids.length - 1;
        sources[slot] = index * count + source;
      }
    }
    await advance(await decoder.step(tokens, positions, sources));
  }
  return searches.map(({ row, beams }) => {
    if (beams.finished.length < settings.returned) throw tooFew(row, beams.finished.length);
    return beams.finished.slice(0, settings.returned).map(responseOf);
  });
}

async function nextBeams(
  { row, prompt, beams }: Search,
  logits: readonly Float32Array[],
  capacity: number,
  maxNewTokens: number,
  settings: BeamSettings,
  { processing = {}, endIds, shouldStop }: GenerationOptions,
): Promise<Beams> {
  const raw = logits.map(logSoftmax);
  const processed = raw.map((scores, beam) =>
    processLogits(scores, { prompt, response: beams.running[beam]!.ids }, processing, endIds),
  );
  const candidates = continuations(beams.running, processed, raw, endIds.length, settings.count);
  if (candidates.length === 0) throw noToken(logits[0]!, row);
  const endOf = async ({ ids }: Beam): Promise<BeamEnd | undefined> => {
    if (endIds.includes(ids.at(-1)!)) return 'end-token';
    if (await shouldStop?.(ids)) return 'stop-string';
    return ids.length >= maxNewTokens || prompt.length + ids.length > capacity ? 'length' : undefined;
  };
  const ends = await Promise.all(candidates.map(endOf));
  return advanceBeams(beams, candidates, ends, settings, maxNewTokens);
}

function responseOf({ ids, logprobs, end, score }: Beams['finished'][number]): Response {
  const ended = end === 'end-token';
  return { ids: ended ? ids.slice(0, -1) : ids, logprobs, end, endId: ended ? ids.at(-1) : undefined, score };
}
