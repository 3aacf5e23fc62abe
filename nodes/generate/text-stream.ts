/** Text as it is written: tokens in, and as much text out as can no longer change. */
import type { Tokenizer } from '../tokenizer/tokenizer.js';

/** Of the prompt's end, so much is decoded with the first tokens: some decoders treat the first token of a text otherwise. */
const context = 8;
const unfinished = '\uFFFD';

export interface TextStream {
  /** The text that the token adds: nothing while a character of several tokens is not whole. */
  push(id: number): Promise<string>;
  /** What was held back. */
  end(): Promise<string>;
}

/** All the pieces together are the text that the tokens add to the prompt's. Special tokens have none. */
export function createTextStream(tokenizer: Pick<Tokenizer, 'decodeBatch'>, prompt: readonly number[]): TextStream {
  const ids = prompt.slice(-context);
  let start = 0;
  let shown = ids.length;
  const added = async () => {
    const parts = [ids.slice(start, shown), ids.slice(start)];
    const [before, whole] = await tokenizer.decodeBatch(parts, { skipSpecialTokens: true });
    return whole!.slice(before!.length);
  };
  return {
    async push(id) {
      ids.push(id);
      const text = await added();
      if (text === '' || text.endsWith(unfinished)) return '';
      start = shown;
      shown = ids.length;
      return text;
    },
    end: added,
  };
}

export interface StopFilter {
  /** The part of the text that may be shown: what could become a stop string is held back. */
  push(text: string): string;
  /** What was held back, when no stop string has come. */
  end(): string;
  readonly stopped: boolean;
}

/** Lets text through up to the first stop string. */
export function createStopFilter(stops: readonly string[]): StopFilter {
  let held = '';
  let stopped = false;
  return {
    get stopped() {
      return stopped;
    },
    push(text) {
      if (stopped) return '';
      held += text;
      const places = stops.map((stop) => held.indexOf(stop)).filter((place) => place >= 0);
      stopped = places.length > 0;
      const safe = stopped ? Math.min(...places) : held.length - mayBegin(held, stops);
      const shown = held.slice(0, safe);
      held = stopped ? '' : held.slice(safe);
      return shown;
    },
    end() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

/** The length of the longest end of `text` that begins a stop string. */
function mayBegin(text: string, stops: readonly string[]): number {
  const most = Math.min(text.length, Math.max(0, ...stops.map((stop) => stop.length - 1)));
  for (let length = most; length > 0; length--) {
    if (stops.some((stop) => stop.startsWith(text.slice(-length)))) return length;
  }
  return 0;
}
