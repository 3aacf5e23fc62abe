/** Responses with scores, gathered by their prompts. */
import { Failure } from '../../engine/failure.js';
import { describe, type NumberedRow, type Row } from './jsonl.js';

export interface ScoredResponse {
  readonly response: string;
  readonly score: number;
}

/** Prompt → its responses, both in the order of the rows. Throws `Failure` with the number of a row that does not fit. */
export async function gatherResponses(rows: AsyncIterable<NumberedRow>): Promise<Map<string, ScoredResponse[]>> {
  const byPrompt = new Map<string, ScoredResponse[]>();
  for await (const { row, number } of rows) {
    if (typeof row.prompt !== 'string' || row.prompt === '') throw unfit(number, 'prompt', 'a text', row.prompt);
    const gathered = byPrompt.get(row.prompt) ?? [];
    gathered.push(...responsesOf(row, number));
    byPrompt.set(row.prompt, gathered);
  }
  return byPrompt;
}

function responsesOf(row: Row, number: number): ScoredResponse[] {
  if (!('responses' in row)) {
    const field = 'response' in row ? 'response' : 'completion';
    return [{ response: textOf(row[field], field, number), score: scoreOf(row.score, 'score', number) }];
  }
  const { responses, scores } = row;
  if (!Array.isArray(responses)) throw unfit(number, 'responses', 'an array', responses);
  if (!Array.isArray(scores) || scores.length !== responses.length) {
    throw unfit(number, 'scores', `an array of ${responses.length}, one a response`, scores);
  }
  return responses.map((response, index) => ({
    response: textOf(response, `responses[${index}]`, number),
    score: scoreOf(scores[index], `scores[${index}]`, number),
  }));
}

function textOf(value: unknown, field: string, number: number): string {
  if (typeof value === 'string') return value;
  throw unfit(number, field, 'a text', value);
}

/** NaN becomes null on its way through JSON. */
function scoreOf(value: unknown, field: string, number: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw unfit(number, field, 'a finite number', value);
}

function unfit(number: number, field: string, wanted: string, value: unknown): Failure {
  const problem = value === undefined ? 'is missing' : `must be ${wanted}, not ${describe(value)}`;
  return new Failure(
    'row-type-mismatch',
    `Row ${number} of the dataset: the field ${field} ${problem}.`,
    'evaluate.reward and reward.function give rows their scores.',
  );
}
