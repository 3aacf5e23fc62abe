/** Whether a response has come to a stop string, from its last tokens only: a long response costs no more than a short one. */
import type { Tokenizer } from '../tokenizer/tokenizer.js';

/** Characters that the beginning of a tail may read differently: a dropped space, and the rest of a cut character. */
const slack = 4;

/**
 * To be asked after each token. Tokens are decoded from the end until the text is longer than the longest stop string can
 * reach; tokens without text, such as special ones, make the tail longer.
 */
export function stopsAt(tokenizer: Pick<Tokenizer, 'decode'>, stops: readonly string[]) {
  const enough = Math.max(...stops.map((stop) => stop.length)) + slack;
  return async (ids: readonly number[]): Promise<boolean> => {
    for (let count = enough; ; count *= 2) {
      const text = await tokenizer.decode(ids.slice(-count), { skipSpecialTokens: true });
      if (stops.some((stop) => text.includes(stop))) return true;
      if (count >= ids.length || text.length >= enough) return false;
    }
  };
}

/** The text before the first stop string; all of it where there is none. */
export function beforeStop(text: string, stops: readonly string[]): string {
  const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
  return places.length === 0 ? text : text.slice(0, Math.min(...places));
}
