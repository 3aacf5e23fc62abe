/** Answered questions, and what they say together. Pure. */
import { Failure } from '../../engine/failure.js';
import { type ScoreOptions, withInterval, withMeanInterval } from '../evaluate/score-texts.js';

export interface Answered {
  /** What it scored under the name of each metric that is a mean. */
  readonly scores: Readonly<Record<string, number>>;
  /** What else there is to tell of it. */
  readonly sample: object;
  /** In nats, where `perplexity` is asked for. */
  readonly loglikelihood?: number;
}

/** There is one or more, and all have the same scores. Throws `Failure` where the perplexity is too large for a number. */
export function metricsOf(
  answered: readonly Answered[],
  options: Omit<ScoreOptions, 'metrics'>,
): Record<string, number> {
  const means = Object.keys(answered[0]!.scores).map((name) => {
    const scores = answered.map(({ scores }) => scores[name]!);
    return withMeanInterval(name, scores, options);
  });
  const likelihoods = answered.flatMap(({ loglikelihood }) => loglikelihood ?? []);
  const perplexity = likelihoods.length === 0 ? {} : perplexityOf(likelihoods, options);
  return { ...Object.assign({}, ...means), ...perplexity, n: answered.length };
}

/** exp of the mean over examples, as the harness has it: not over tokens. */
function perplexityOf(likelihoods: readonly number[], options: Omit<ScoreOptions, 'metrics'>): Record<string, number> {
  const rows = likelihoods.map((loglikelihood) => [loglikelihood, 1]);
  const found = withInterval('perplexity', rows, ([sum, count]) => Math.exp(-sum! / count!), options);
  if (Object.values(found).every(Number.isFinite)) return found;
  throw new Failure(
    'perplexity-not-finite',
    'The perplexity of a whole continuation is beyond all numbers.',
    'Leave perplexity out of the metric_list of the task.',
  );
}
