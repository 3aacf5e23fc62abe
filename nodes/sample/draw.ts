/** Draws n responses to each prompt of a dataset, and scores them. */
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { RewardConfig, SamplingConfig } from '../../schemas/kinds/sampling.js';
import type { Row } from '../data/jsonl.js';
import type { PromptRow } from '../data/row-types.js';
import { type RespondConfig, respond } from '../generate/respond.js';
import { scoreAnswers } from '../reward/score-answers.js';
import { typedRows } from '../train/typed-rows.js';
import { bestOf, bestOfNKlBound, meanBestOfFirst } from './best-of-n.js';

export type DrawConfig = SamplingConfig & RewardConfig & { readonly n: number };

/** The responses to one prompt, with their scores. */
export interface Drawn {
  readonly row: PromptRow;
  readonly responses: readonly string[];
  readonly scores: readonly number[];
  /** The place of the best. */
  readonly best: number;
}

/** With the model at the port `model`. Throws `Failure` where there are no prompts, and `Stopped`. */
export async function drawAndScore(context: RunContext<DrawConfig>): Promise<Drawn[]> {
  const rows: PromptRow[] = [];
  for await (const row of typedRows(context.input('dataset'), 'prompt')) rows.push(row);
  if (rows.length === 0) throw new Failure('dataset-empty', 'The dataset holds no prompts.');
  const { answers } = await respond(
    sampling(context),
    rows.map(({ prompt }) => prompt),
  );
  const responses = answers.map((own) => own.map(({ text }) => text));
  const answered = rows.flatMap((row, index) =>
    responses[index]!.map((response) => ({ prompt: row.prompt, response, row: row as unknown as Row })),
  );
  const { total } = await scoreAnswers(context, answered);
  const { n } = context.config;
  if (n > 1 && total.every((score) => score === total[0])) {
    context.warn(`All ${total.length} responses score ${total[0]}: none is better than another.`);
  }
  return rows.map((row, index) => {
    const scores = [...total.slice(index * n, (index + 1) * n)];
    return { row, responses: responses[index]!, scores, best: bestOf(scores) };
  });
}

function sampling(context: RunContext<DrawConfig>): RunContext<RespondConfig> {
  const { n, ...config } = context.config;
  const alone = { do_sample: true, num_beams: 1, length_penalty: 1, early_stopping: false } as const;
  return { ...context, config: { ...config, ...alone, num_return_sequences: n } };
}

/**
 * The best response to each prompt as its completion, with the other fields of its row; what the row had as completion is its
 * `reference`. An empty one is left out, since nothing could be learned from it.
 */
export function bestRows(drawn: readonly Drawn[]): Row[] {
  return drawn
    .filter((one) => !isEmpty(one))
    .map(({ row, responses, scores, best }) => {
      const { completion, ...others } = row as PromptRow & { readonly completion?: unknown };
      const reference = typeof completion === 'string' ? { reference: completion } : {};
      return { ...others, ...reference, completion: responses[best], score: scores[best] };
    });
}

/** The reason and the number of what `bestRows` leaves out. */
export function leftOut(drawn: readonly Drawn[]): readonly [string, number] {
  return ['dropped-empty-best-response', drawn.filter(isEmpty).length];
}

function isEmpty({ responses, best }: Drawn): boolean {
  return responses[best] === '';
}

/** Every response with its score. */
export function sampleRows(drawn: readonly Drawn[]): Row[] {
  return drawn.flatMap(({ row, responses, scores, best }) =>
    responses.map((response, sample) => ({
      prompt: row.prompt,
      response,
      sample,
      score: scores[sample],
      best: sample === best,
    })),
  );
}

/** `reward_mean` over all responses, `best_reward_mean` over the best, the gain, and the bound of the KL divergence. */
export function drawMetrics(drawn: readonly Drawn[]): Record<string, number> {
  const means = meanBestOfFirst(drawn.map(({ scores }) => scores));
  const all = drawn.flatMap(({ scores }) => scores);
  const mean = all.reduce((sum, score) => sum + score, 0) / all.length;
  const best = means.at(-1)!;
  return {
    reward_mean: mean,
    best_reward_mean: best,
    best_reward_gain: best - mean,
    kl_bound: bestOfNKlBound(means.length),
    prompts: drawn.length,
    responses: all.length,
  };
}
