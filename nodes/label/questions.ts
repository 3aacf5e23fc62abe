/** What people are asked: prompts, each with responses to rank. */
import { Failure } from '../../engine/failure.js';
import { describe, type NumberedRow, type Row } from '../data/jsonl.js';

export interface Question {
  readonly prompt: string;
  /** At least two, none of them twice. */
  readonly responses: readonly string[];
}

/** The questions in the order of their prompts. Throws `Failure` for a row that does not fit, and where there are none. */
export async function readQuestions(
  rows: AsyncIterable<NumberedRow>,
  count: (reason: string, rows: number) => void,
): Promise<Question[]> {
  const byPrompt = new Map<string, string[]>();
  let doubles = 0;
  for await (const { row, number } of rows) {
    const prompt = textOf(row, 'prompt', number);
    const gathered = byPrompt.get(prompt) ?? [];
    byPrompt.set(prompt, gathered);
    for (const response of responsesOf(row, number)) {
      if (gathered.includes(response)) doubles++;
      else gathered.push(response);
    }
  }
  const questions = [...byPrompt].map(([prompt, responses]) => ({ prompt, responses }));
  const asked = questions.filter(({ responses }) => responses.length > 1);
  count('response that its prompt has already', doubles);
  count('prompt with a single response', questions.length - asked.length);
  if (asked.length === 0) {
    throw new Failure('nothing-to-rank', 'No prompt of the dataset has two different responses.');
  }
  return asked;
}

function responsesOf(row: Row, number: number): string[] {
  if (!('responses' in row)) return [textOf(row, 'response' in row ? 'response' : 'completion', number)];
  const { responses } = row;
  if (!Array.isArray(responses)) throw unfit(number, 'responses', 'an array', responses);
  return responses.map((response, index) => {
    if (typeof response === 'string' && response !== '') return response;
    throw unfit(number, `responses[${index}]`, 'a text that is not empty', response);
  });
}

function textOf(row: Row, field: string, number: number): string {
  const value = row[field];
  if (typeof value === 'string' && value !== '') return value;
  throw unfit(number, field, 'a text that is not empty', value);
}

function unfit(number: number, field: string, wanted: string, value: unknown): Failure {
  const problem = value === undefined ? 'is missing' : `must be ${wanted}, not ${describe(value)}`;
  return new Failure('row-type-mismatch', `Row ${number} of the dataset: the field ${field} ${problem}.`);
}
