/** `data.rank`: scored responses → rankings or pairs. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { DataRankConfig } from '../../schemas/kinds/data.rank.js';
import { type Row, readRows, writeRows } from './jsonl.js';
import { pairResponses, type RankedResponses, rankResponses } from './rank-responses.js';
import { gatherResponses, type ScoredResponse } from './scored-responses.js';

type Context = RunContext<DataRankConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const byPrompt = await gatherResponses(readRows(context.input('dataset').path(), 'the dataset'));
  const rows = [...byPrompt].flatMap(([prompt, responses]) => rowsOf(context, prompt, responses));
  if (rows.length === 0) {
    throw new Failure(
      'no-rankings',
      'No prompt has two responses of unlike scores, so that there is nothing to rank.',
      'Draw several responses a prompt, or lower tie_tolerance.',
    );
  }
  await writeRows(context.output('dataset'), rows);
  return { metrics: { rows: rows.length, prompts: byPrompt.size } };
}

function rowsOf(context: Context, prompt: string, all: readonly ScoredResponse[]): Row[] {
  const { rows, pairs, tie_tolerance: tolerance, higher_is_better: higherIsBetter, margin } = context.config;
  const responses = chosenResponses(context, all);
  if (responses.length < 2) return dropped(context, 'prompt with a single response');
  const ranked = rankResponses(responses, { tolerance, higherIsBetter });
  if (ranked.ranks.length < 2) return dropped(context, 'prompt with all responses tied');
  if (rows === 'ranking') return [rankingRow(prompt, responses, ranked)];
  return pairResponses(ranked, pairs).map(([better, worse]) => {
    const [chosen, rejected] = [responses[better]!, responses[worse]!];
    return {
      prompt,
      chosen: chosen.response,
      rejected: rejected.response,
      ...(margin ? { margin: Math.abs(chosen.score - rejected.score) } : {}),
      chosen_score: chosen.score,
      rejected_score: rejected.score,
    };
  });
}

/** Each text once and none that is empty, which no row type takes; at most so many. */
function chosenResponses({ config, count }: Context, all: readonly ScoredResponse[]): ScoredResponse[] {
  const filled = all.filter(({ response }) => response !== '');
  count('empty response', all.length - filled.length);
  const unique = filled.filter(
    ({ response }, index) => filled.findIndex((other) => other.response === response) === index,
  );
  count('response that its prompt has already', filled.length - unique.length);
  const taken = config.max_responses === null ? unique : unique.slice(0, config.max_responses);
  count('response beyond max_responses', unique.length - taken.length);
  return taken;
}

function rankingRow(prompt: string, responses: readonly ScoredResponse[], { ranking, ranks }: RankedResponses): Row {
  const ties = ranks.filter((tied) => tied.length > 1);
  return {
    prompt,
    responses: responses.map(({ response }) => response),
    ranking,
    ...(ties.length > 0 ? { ties } : {}),
    scores: responses.map(({ score }) => score),
  };
}

function dropped({ count }: Context, reason: string): [] {
  count(reason, 1);
  return [];
}
