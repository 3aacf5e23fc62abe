/** Rows of a prompt with one response, or one completion. */
import { Failure } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import { type Row, readRows } from '../data/jsonl.js';
import { scoredRow } from '../reward/scored-rows.js';

export interface RespondedRow {
  readonly prompt: string;
  readonly response: string;
  readonly row: Row;
}

/** Throws `Failure` with the row's number. */
export async function readResponses(artifact: Artifact, port: string): Promise<RespondedRow[]> {
  const responses: RespondedRow[] = [];
  for await (const { row, number } of readRows(artifact.path(), `the input ${port}`)) {
    const scored = scoredRow(row, number);
    if (scored.responses.length !== 1) throw severalResponses(port, number);
    responses.push({ prompt: scored.prompt, response: scored.responses[0]!, row });
  }
  return responses;
}

function severalResponses(port: string, number: number): Failure {
  return new Failure(
    'row-type-mismatch',
    `Row ${number} of ${port} has not one response.`,
    'A row has a prompt with a response, or with a completion.',
  );
}
