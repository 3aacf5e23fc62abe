/**
 * Beam search over one prompt, as pure functions; the rules are those of Transformers, so that the same beams come out.
 * Several hypotheses run side by side; those that end move to the finished ones, and the search stops when no running
 * one can still beat them.
 */

export interface BeamSettings {
  /** Hypotheses that run side by side, 2 or more. */
  readonly count: number;
  /** A finished hypothesis is scored by the sum of its log-probabilities / (its tokens ^ this). Above 0 favours length. */
  readonly lengthPenalty: number;
  /**
   * When to stop: `true`, as soon as `count` have finished; `false`, when the best running one, scored at its present length, is no
   * better than the worst finished one; `never`, when it could be no better at any length.
   */
  readonly earlyStopping: boolean | 'never';
  /** How many of the finished are wanted, at most `count`. */
  readonly returned: number;
}

export interface Beam {
  readonly ids: readonly number[];
  /** The log-probability of each token, unprocessed. */
  readonly logprobs: readonly number[];
  /** The sum of the processed log-probabilities. */
  readonly sum: number;
  /** Which running beam, of the step before, it goes on from. */
  readonly source: number;
}

export type BeamEnd = 'end-token' | 'stop-string' | 'length';

/** The end token, if it is one that ended it, is the last of its ids. */
export interface FinishedBeam extends Beam {
  readonly score: number;
  readonly end: BeamEnd;
}

export interface Beams {
  readonly running: readonly Beam[];
  /** The best first. */
  readonly finished: readonly FinishedBeam[];
  readonly done: boolean;
}

export const noBeams: Beams = { running: [{ ids: [], logprobs: [], sum: 0, source: 0 }], finished: [], done: false };

/**
 * The best ways to go on, the best first: so many that `count` of them go on even where all the others end. `processed` and `raw` are
 * the log-probabilities `[vocab]` of the next token of each running beam.
 */
export function continuations(
  running: readonly Beam[],
  processed: readonly Float32Array[],
  raw: readonly Float32Array[],
  endTokens: number,
  count: number,
): Beam[] {
  const wanted = Math.max(2, 1 + endTokens) * count;
  const best: { source: number; id: number; sum: number }[] = [];
  for (const [source, beam] of running.entries()) {
    for (const [id, logprob] of processed[source]!.entries()) {
      const sum = beam.sum + logprob;
      if (!(sum > Number.NEGATIVE_INFINITY) || (best.length === wanted && sum <= best.at(-1)!.sum)) continue;
      let place = best.length;
      while (place > 0 && best[place - 1]!.sum < sum) place--;
      best.splice(place, 0, { source, id, sum });
      if (best.length > wanted) best.pop();
    }
  }
  return best.map(({ source, id, sum }) => ({
    ids: [...running[source]!.ids, id],
    logprobs: [...running[source]!.logprobs, raw[source]![id]!],
    sum,
    source,
  }));
}

/**
 * The next state. `candidates` come from `continuations`, `ends` tells which of them end, and how. Of those that end, only
 * the ones among the first `count` count as finished: the others were there in case.
 */
export function advanceBeams(
  beams: Beams,
  candidates: readonly Beam[],
  ends: readonly (BeamEnd | undefined)[],
  settings: BeamSettings,
  maxNewTokens: number,
): Beams {
  const { count, lengthPenalty, earlyStopping } = settings;
  const running = candidates.filter((_, index) => ends[index] === undefined).slice(0, count);
  const ended = candidates.slice(0, count).flatMap((beam, index) => {
    const end = ends[index];
    return end === undefined ? [] : [{ ...beam, end, score: beam.sum / beam.ids.length ** lengthPenalty }];
  });
  const finished = [...beams.finished, ...ended].sort((a, b) => b.score - a.score).slice(0, count);
  const full = finished.length === count;
  const best = running[0];
  const hopeless = () => {
    const length = earlyStopping === 'never' && lengthPenalty > 0 ? maxNewTokens : best!.ids.length;
    return best!.sum / length ** lengthPenalty <= finished.at(-1)!.score;
  };
  return { running, finished, done: best === undefined || (full && (earlyStopping === true || hopeless())) };
}
