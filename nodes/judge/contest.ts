/** Two responses to one prompt, put to a judge in both orders. Pure. */
import type { Row } from '../data/jsonl.js';

/** What a judge sees: it does not know whose responses these are. */
export interface Contest {
  readonly prompt: string;
  readonly first: string;
  readonly second: string;
  /** The row of the dataset that the prompt is from. */
  readonly row: Row;
}

export const verdicts = ['first', 'second', 'tie'] as const;
export type Verdict = (typeof verdicts)[number];

export interface Judgement {
  /** In the order of the contests; `undefined` where the judge gave none. */
  readonly verdicts: readonly (Verdict | undefined)[];
  /** How often it was asked again. */
  readonly retries: number;
  /** Of what was asked again or given up, how often each happened. */
  readonly problems: Readonly<Record<string, number>>;
}

/** Throws `Failure` where the judge cannot be asked at all, and `Stopped`. */
export type Judge = (contests: readonly Contest[], signal: AbortSignal) => Promise<Judgement>;

/** The responses of a model and of a baseline to one prompt. */
export interface Pair {
  readonly prompt: string;
  readonly response: string;
  readonly baseline: string;
  readonly row: Row;
}

/** Each pair twice: the model's response first, then the baseline's first. */
export function bothOrders(pairs: readonly Pair[]): Contest[] {
  return pairs.flatMap(({ prompt, response, baseline, row }) => [
    { prompt, first: response, second: baseline, row },
    { prompt, first: baseline, second: response, row },
  ]);
}

/** What came of a pair. */
export interface Outcome {
  readonly verdicts: readonly [Verdict | undefined, Verdict | undefined];
  /**
   * What the model won: the mean over both orders of 1 for a win, ½ for a tie, 0 for a loss. A judge that prefers whatever stands
   * first has made a tie. `undefined` where one of the orders has no verdict.
   */
  readonly won: number | undefined;
}

/** Of the verdicts on `bothOrders`. */
export function outcomesOf(verdicts: readonly (Verdict | undefined)[]): Outcome[] {
  return Array.from({ length: verdicts.length / 2 }, (_, pair) => {
    const [own, other] = [verdicts[2 * pair], verdicts[2 * pair + 1]];
    const won = own && other && (points(own) + 1 - points(other)) / 2;
    return { verdicts: [own, other], won };
  });
}

/** For whoever stands first. */
function points(verdict: Verdict): number {
  return verdict === 'tie' ? 0.5 : verdict === 'first' ? 1 : 0;
}
