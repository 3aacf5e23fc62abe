/** The prompts of a dataset, and which of them a rollout takes. */
import { Failure, Stopped } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { Row } from '../data/jsonl.js';
import type { Model } from '../model/model-directory.js';
import { createRandom } from '../tensor/random.js';
import { withBos } from '../train/example.js';
import { chunks, numberedRows } from '../train/typed-rows.js';

export interface Prompt {
  readonly text: string;
  /** With BOS in front, where the tokenizer has one. */
  readonly ids: readonly number[];
  /** The row that it is from, for rewards that compare with its fields. */
  readonly row: Row;
}

export interface PromptOptions {
  readonly maxCompletionLength: number;
  readonly overlong: 'error' | 'truncate' | 'drop';
}

/** Reads the dataset at an input port. Throws `Failure`, also where no prompt is left. */
export async function readPrompts(
  context: RunContext<unknown>,
  port: string,
  { config, tokenizer }: Model,
  { maxCompletionLength, overlong }: PromptOptions,
): Promise<Prompt[]> {
  const room = config.maxPositions - maxCompletionLength;
  if (room < 1) throw noRoom(maxCompletionLength, config.maxPositions);
  const prompts: Prompt[] = [];
  let cut = 0;
  let dropped = 0;
  for await (const rows of chunks(numberedRows(context.input(port), 'prompt'), 256)) {
    if (context.signal.aborted) throw new Stopped('Stopped while the prompts were being read.');
    const encodings = await tokenizer.encodeBatch(rows.map(({ row }) => row.prompt));
    for (const [index, { row, number }] of rows.entries()) {
      const ids = withBos(encodings[index]!.ids, tokenizer.bosId);
      if (ids.length === 0) throw new Failure('prompt-empty', `The prompt of row ${number} has no tokens.`);
      if (ids.length > room && overlong === 'error') throw tooLong(number, ids.length, room);
      if (ids.length > room && overlong === 'drop') {
        dropped++;
        continue;
      }
      if (ids.length > room) cut++;
      prompts.push({ text: row.prompt, ids: ids.slice(-room), row: row as unknown as Row });
    }
  }
  context.count('prompt-cut-to-leave-room', cut);
  context.count('prompt-dropped-for-want-of-room', dropped);
  if (prompts.length > 0) return prompts;
  throw new Failure('no-prompts', `No prompt of the ${port} is left to answer.`);
}

/** The prompts of a run one after another, from 0: each epoch is a permutation of (seed, epoch). */
export function promptSequence(prompts: readonly Prompt[], seed: number | bigint): (index: number) => Prompt {
  let order: { readonly epoch: number; readonly indices: Uint32Array } | undefined;
  return (index) => {
    const epoch = Math.floor(index / prompts.length);
    if (order?.epoch !== epoch) {
      order = { epoch, indices: createRandom(seed, 'prompt order', epoch).permutation(prompts.length) };
    }
    return prompts[order.indices[index % prompts.length]!]!;
  };
}

function noRoom(maxCompletionLength: number, maxPositions: number): Failure {
  return new Failure(
    'max-completion-length-exceeds-model',
    `max_completion_length is ${maxCompletionLength}, and the model has ${maxPositions} positions for prompt and response.`,
    'Lower it.',
  );
}

function tooLong(row: number, length: number, room: number): Failure {
  return new Failure(
    'prompt-too-long',
    `The prompt of row ${row} has ${length} tokens, and max_completion_length leaves room for ${room}.`,
    'Lower max_completion_length, or set overlong to truncate or drop.',
  );
}
