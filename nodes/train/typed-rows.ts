/** Rows of a dataset artifact, each checked against its row type before anything leans on it. */
import { Failure } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import { readRows } from '../data/jsonl.js';
import {
  findRowProblem,
  isEmptyField,
  type Message,
  type MessagesRow,
  type PreferenceRow,
  type PromptCompletionRow,
  type PromptRow,
  type RankingRow,
  type RowProblem,
  type TextRow,
  type UnpairedPreferenceRow,
} from '../data/row-types.js';

interface TypedRows {
  readonly text: TextRow;
  readonly prompt: PromptRow;
  readonly prompt_completion: PromptCompletionRow;
  readonly messages: MessagesRow;
  readonly preference: PreferenceRow;
  readonly unpaired_preference: UnpairedPreferenceRow;
  readonly ranking: RankingRow;
}

/** Throws `Failure` `row-type-mismatch` with the row's number. */
export async function* typedRows<Type extends keyof TypedRows>(
  dataset: Artifact,
  type: Type,
): AsyncGenerator<TypedRows[Type]> {
  for await (const { row } of numberedRows(dataset, type)) yield row;
}

/** The same, each with the number of its row. */
export async function* numberedRows<Type extends keyof TypedRows>(
  dataset: Artifact,
  type: Type,
): AsyncGenerator<{ readonly row: TypedRows[Type]; readonly number: number }> {
  for await (const { row, number } of readRows(dataset.path(), 'the dataset')) {
    const found = findRowProblem(type, row);
    if (found) throw mismatch(number, found);
    yield { row: row as unknown as TypedRows[Type], number };
  }
}

export function mismatch(number: number, { field, problem }: RowProblem): Failure {
  return new Failure('row-type-mismatch', `Row ${number} of the dataset: ${field} ${problem}.`);
}

/**
 * Rows to fine-tune on: conversations where there are `messages`, else prompts with completions; with their numbers. A row
 * that answers with nothing is an error, or is left out and counted. Throws `Failure`.
 */
export async function* supervisedRows(
  dataset: Artifact,
  emptyCompletion: 'error' | 'drop',
  count: (reason: string) => void,
): AsyncGenerator<(PromptCompletionRow | MessagesRow) & { readonly number: number }> {
  for await (const { row, number } of readRows(dataset.path(), 'the dataset')) {
    const problem = isConversation(row)
      ? (findRowProblem('messages', row) ?? findEmptyTurn(row as unknown as MessagesRow))
      : findRowProblem('prompt_completion', row);
    if (problem && emptyCompletion === 'drop' && isEmptyAnswer(problem)) {
      count('dropped-empty-completion');
    } else if (problem) {
      throw mismatch(number, problem);
    } else {
      yield { ...(row as unknown as PromptCompletionRow | MessagesRow), number };
    }
  }
}

/** Whether a row holds a conversation, rather than a prompt and its completion. */
export function isConversation(row: object): row is MessagesRow {
  return 'messages' in row && !('completion' in row);
}

function isEmptyAnswer(problem: RowProblem): boolean {
  return isEmptyField(problem) && /^completion$|\.content$/.test(problem.field);
}

/** An empty message of the assistant that would be learned; one that calls a tool says enough. */
function findEmptyTurn({ messages }: MessagesRow): RowProblem | undefined {
  for (const [index, message] of messages.entries()) {
    const { role, content, weight, tool_calls: calls } = message as Message & { readonly tool_calls?: unknown };
    if (role !== 'assistant' || content !== '' || weight === 0 || calls) continue;
    return { field: `messages[${index}].content`, problem: 'is empty, and would be learned', found: '' };
  }
  return undefined;
}

/** Gathers an iterable into arrays of `size`, the last one shorter. */
export async function* chunks<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let chunk: Item[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
