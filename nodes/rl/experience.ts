/** What a rollout is learned from: its tokens, and a number or several for each token of a response. */
import { ignoredLabel } from '../loss/cross-entropy.js';
import type { HostTensor, HostTensors } from '../tensor/device.js';
import { float32, int32 } from '../tensor/host-tensor.js';

export interface TokenSequence {
  readonly promptIds: readonly number[];
  readonly responseIds: readonly number[];
  /** A response that is left out of the loss. */
  readonly masked?: boolean;
}

/** By name, numbers for each token of each response: `advantages`, `old_logps`. */
export type Columns = Readonly<Record<string, readonly Float32Array[]>>;

export interface Experience {
  readonly sequences: readonly TokenSequence[];
  readonly columns: Columns;
}

/** The few shapes of batches. */
export interface BatchShapes {
  readonly padId: number;
  readonly longestPrompt: number;
  /** What responses are padded to, upwards. */
  readonly lengths: readonly number[];
  readonly maxPositions: number;
}

/** Responses are padded to a quarter, half or all of the most tokens. */
export function batchShapes(
  promptLengths: readonly number[],
  options: { readonly maxCompletionLength: number; readonly padId: number; readonly maxPositions: number },
): BatchShapes {
  const { maxCompletionLength, padId, maxPositions } = options;
  const roundedUp = (length: number) => Math.min(Math.ceil(length / 8) * 8, Math.max(8, maxCompletionLength));
  const lengths = [0.25, 0.5, 1].map((part) => Math.max(roundedUp(part * maxCompletionLength), 1));
  const longestPrompt = promptLengths.reduce((most, length) => Math.max(most, length), 1);
  return { padId, longestPrompt, lengths: [...new Set(lengths)], maxPositions };
}

/**
 * Inputs of a batch of responses, aligned to the tokens of the responses: `ids` int32 `[rows, time]`, what is read; `places`
 * int32 `[rows · length]`, where in `[rows · time]` each token of a response is predicted; `targets` int32 `[rows, length]`,
 * those tokens, −100 where there is none; and each column, float32 `[rows, length]`, 0 there.
 */
export function experienceInputs({ sequences, columns }: Experience, rows: readonly number[], shapes: BatchShapes) {
  const { padId, longestPrompt, lengths, maxPositions } = shapes;
  const own = rows.map((row) => sequences[row]!);
  const longest = own.reduce((most, { responseIds }) => Math.max(most, responseIds.length), 1);
  const length = lengths.find((one) => longest <= one)!;
  const time = Math.min(maxPositions, Math.ceil((longestPrompt + length - 1) / 8) * 8);
  const ids = new Int32Array(rows.length * time).fill(padId);
  const places = new Int32Array(rows.length * length);
  const targets = new Int32Array(rows.length * length).fill(ignoredLabel);
  let tokens = 0;
  let counted = 0;
  for (const [row, { promptIds, responseIds, masked }] of own.entries()) {
    ids.set(promptIds, row * time);
    ids.set(responseIds.slice(0, -1), row * time + promptIds.length);
    tokens += promptIds.length + responseIds.length - 1;
    for (let at = 0; at < length; at++) {
      // Places that ask nothing lead to the row's first token.
      places[row * length + at] = row * time + (at < responseIds.length ? promptIds.length - 1 + at : 0);
    }
    if (masked) continue;
    targets.set(responseIds, row * length);
    counted += responseIds.length;
  }
  const inputs: Record<string, HostTensor> = {
    ids: int32([rows.length, time], ids),
    places: int32([rows.length * length], places),
    targets: int32([rows.length, length], targets),
  };
  for (const [name, values] of Object.entries(columns)) {
    const padded = new Float32Array(rows.length * length);
    for (const [index, row] of rows.entries()) {
      if (!own[index]!.masked) padded.set(values[row]!, index * length);
    }
    inputs[name] = float32([rows.length, length], padded);
  }
  return { inputs: inputs as HostTensors, tokens, counted };
}

/** The same number for each token of a response. */
export function perResponse(sequences: readonly TokenSequence[], values: Float64Array): Float32Array[] {
  return sequences.map(({ responseIds }, index) => new Float32Array(responseIds.length).fill(values[index]!));
}

const prefix = 'rollout.';

/** As tensors of a checkpoint, all of float32, which holds every id of a token exactly. */
export function toTensors({ sequences, columns }: Experience): HostTensors {
  const numbers = (values: readonly number[]) => float32([values.length], values);
  const column = (values: readonly Float32Array[]) => {
    const all = values.flatMap((one) => [...one]);
    return float32([all.length], all);
  };
  return {
    [`${prefix}prompt_lengths`]: numbers(sequences.map(({ promptIds }) => promptIds.length)),
    [`${prefix}response_lengths`]: numbers(sequences.map(({ responseIds }) => responseIds.length)),
    [`${prefix}masked`]: numbers(sequences.map(({ masked }) => (masked ? 1 : 0))),
    [`${prefix}ids`]: numbers(sequences.flatMap(({ promptIds, responseIds }) => [...promptIds, ...responseIds])),
    ...Object.fromEntries(Object.entries(columns).map(([name, values]) => [`${prefix}column.${name}`, column(values)])),
  };
}

export function isExperienceTensor(name: string): boolean {
  return name.startsWith(prefix);
}

export function fromTensors(tensors: HostTensors): Experience {
  const list = (name: string) => [...tensors[prefix + name]!.data];
  const [promptLengths, responseLengths, masked] = [list('prompt_lengths'), list('response_lengths'), list('masked')];
  const pieces = split(
    list('ids'),
    promptLengths.flatMap((length, index) => [length, responseLengths[index]!]),
  );
  const sequences = promptLengths.map((_, index) => ({
    promptIds: pieces[2 * index]!,
    responseIds: pieces[2 * index + 1]!,
    masked: masked[index] === 1,
  }));
  const columnPrefix = `${prefix}column.`;
  const names = Object.keys(tensors).filter((name) => name.startsWith(columnPrefix));
  const columns = names.map((name) => [
    name.slice(columnPrefix.length),
    split(tensors[name]!.data as Float32Array, responseLengths),
  ]);
  return { sequences, columns: Object.fromEntries(columns) };
}

/** Pieces of these lengths, one behind another. */
function split<List extends { slice(start: number, end: number): List }>(
  list: List,
  lengths: readonly number[],
): List[] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return list.slice(end - length, end);
  });
}
