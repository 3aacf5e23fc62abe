/** Rows of a dataset artifact, each checked against its row type before anything leans on it. */
import { Failure } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import { readRows } from '../data/jsonl.js';
import { findRowProblem, type PromptCompletionRow, type PromptRow, type TextRow } from '../data/row-types.js';

interface TypedRows {
  readonly text: TextRow;
  readonly prompt: PromptRow;
  readonly prompt_completion: PromptCompletionRow;
}

/** Throws `Failure` `row-type-mismatch` with the row's number. */
export async function* typedRows<Type extends keyof TypedRows>(
  dataset: Artifact,
  type: Type,
): AsyncGenerator<TypedRows[Type]> {
  for await (const { row, number } of readRows(dataset.path(), 'the dataset')) {
    const found = findRowProblem(type, row);
    if (found) {
      throw new Failure('row-type-mismatch', `Row ${number} of the dataset: ${found.field} ${found.problem}.`);
    }
    yield row as unknown as TypedRows[Type];
  }
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
