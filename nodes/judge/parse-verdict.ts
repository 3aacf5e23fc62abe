import type { Verdict } from './contest.js';

const named: Readonly<Record<string, Verdict>> = { 1: 'first', 2: 'second', tie: 'tie' };

/**
 * The verdict of an answer: the last `Verdict: 1`, `2` or `tie`, with whatever marks of emphasis; or all of the answer, where
 * it is only that. `undefined` where there is none.
 */
export function parseVerdict(answer: string): Verdict | undefined {
  const stated = [...answer.matchAll(/verdict[\s*_`"']*:[\s*_`"'[(]*(?:response[\s_]*)?(1|2|tie)\b/gi)].at(-1)?.[1];
  const alone = /^[\s*_`"'[(]*(1|2|tie)[\s*_`"'\])]*[.!]?\s*$/i.exec(answer)?.[1];
  const found = stated ?? alone;
  return found === undefined ? undefined : named[found.toLowerCase()];
}
