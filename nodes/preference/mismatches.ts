/** Prompts with answers to other prompts, by which `train.kto` measures how far a policy has moved. */
import { createRandom } from '../tensor/random.js';
import type { Example } from '../train/example.js';
import { fitExample } from '../train/overlong.js';

/**
 * For each example its prompt, followed by the answer of another one: the next in an order that is a permutation of `seed`
 * whose prompt differs, or just the next where all prompts are the same. The whole is cut at `maxLength`. An example
 * keeps its foreign answer for the whole run, so that the reference has to read each once; in TRL it is that of a row
 * beside it. There are at least two examples.
 */
export function mismatches(examples: readonly Example[], seed: number | bigint, maxLength: number): Example[] {
  const parts = examples.map(partsOf);
  const order = createRandom(seed, 'foreign answers').permutation(examples.length);
  const partners = nextThatDiffers([...order].map((index) => parts[index]!.prompt.join()));
  const result: Example[] = new Array(examples.length);
  for (const [place, index] of order.entries()) {
    result[index] = withAnswer(parts[index]!.prompt, parts[order[partners[place]!]!]!.answer, maxLength);
  }
  return result;
}

/** The tokens of an example, cut where the first supervised one begins. */
function partsOf({ ids, targets }: Example): {
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
} {
  const first = targets.findIndex((target) => target >= 0);
  return { prompt: ids.slice(0, first + 1), answer: [...ids.slice(first + 1), targets.at(-1)!] };
}

/** A prompt and any answer as an example that supervises the answer. */
export function withAnswer(prompt: readonly number[], answer: readonly number[], maxLength: number): Example {
  const sequence = [...prompt, ...answer];
  const targets = sequence.slice(1).map((id, at) => (at + 1 < prompt.length ? -100 : id));
  const [fitting] = fitExample({ ids: sequence.slice(0, -1), targets }, maxLength, 'truncate', 0);
  return fitting!;
}

/** For each place of a ring the next whose key is another; the next place, where all are the same. In linear time. */
function nextThatDiffers(keys: readonly string[]): number[] {
  const n = keys.length;
  const next: number[] = keys.map((_, place) => (place + 1) % n);
  if (new Set(keys).size === 1) return next;
  // Twice around, so that the places before the seam know what lies behind it.
  for (let step = 2 * n - 1; step >= 0; step--) {
    const place = step % n;
    const after = (place + 1) % n;
    next[place] = keys[after] === keys[place] ? next[after]! : after;
  }
  return next;
}
