/** The rows that a reward model scores: which texts of a row are scored, and where the scores go. Pure. */
import { Failure } from '../../engine/failure.js';
import { describe, type Row } from '../data/jsonl.js';
import type { Comparison } from './comparisons.js';
import { rankedRow } from './ranked-prompts.js';

export interface ScoredRow {
  readonly prompt: string;
  readonly responses: readonly string[];
  /** Absent where the row does not say which are better. */
  readonly comparisons: readonly Comparison[] | undefined;
  /** The row with its scores, which are those of the responses in their order. */
  withScores(scores: readonly number[]): Row;
}

/** Throws `Failure` with the row's number where there is nothing to score. */
export function scoredRow(row: Row, number: number): ScoredRow {
  if ('chosen' in row || 'ranking' in row) {
    const ranked = rankedRow(row, number);
    const withScores = ([...scores]: readonly number[]) =>
      'chosen' in row ? { ...row, chosen_score: scores[0], rejected_score: scores[1] } : { ...row, scores };
    return { ...ranked, withScores };
  }
  const prompt = text(row, 'prompt', number);
  if (prompt === '') throw unfit(number, 'the field prompt is empty');
  if (Array.isArray(row.responses)) {
    const unknown = row.responses.findIndex((response) => typeof response !== 'string');
    if (unknown >= 0)
      throw unfit(number, `responses[${unknown}] must be a string, not ${describe(row.responses[unknown])}`);
    const responses = row.responses as string[];
    return { prompt, responses, comparisons: undefined, withScores: (scores) => ({ ...row, scores: [...scores] }) };
  }
  const response = text(row, 'response' in row ? 'response' : 'completion', number);
  return { prompt, responses: [response], comparisons: undefined, withScores: ([score]) => ({ ...row, score }) };
}

/** A response may be empty: then it is the model's saying nothing that is scored. */
function text(row: Row, field: string, number: number): string {
  const value = Object.hasOwn(row, field) ? row[field] : undefined;
  if (typeof value === 'string') return value;
  throw unfit(
    number,
    `the field ${field} ${value === undefined ? 'is missing' : `must be a string, not ${describe(value)}`}`,
  );
}

function unfit(number: number, problem: string): Failure {
  return new Failure(
    'row-type-mismatch',
    `Row ${number} of the dataset cannot be scored: ${problem}.`,
    'A row has a prompt with a response, a completion or several responses, or it is a preference or a ranking.',
  );
}
