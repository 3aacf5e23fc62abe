/** The samples that a reward model's rewards are normalised on. */
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { Model } from '../model/model-directory.js';
import { chunks, typedRows } from '../train/typed-rows.js';
import type { RankedPrompt } from './ranked-prompts.js';
import { rewardSequences } from './sequences.js';

/** More samples would hardly change a mean and a deviation. */
const most = 2048;

/**
 * The samples at the port `reference`, cut at `maxLength`, else responses of the dataset: every one, or as many as are
 * enough, evenly over it.
 */
export async function referenceSequences(
  context: RunContext<unknown>,
  { model, maxLength }: { readonly model: Model; readonly maxLength: number },
  dataset: readonly RankedPrompt[],
): Promise<(readonly number[])[]> {
  const artifact = context.optionalInput('reference');
  if (!artifact) return evenly(dataset.flatMap(({ sequences }) => sequences));
  const samples: number[][] = [];
  let cut = 0;
  for await (const rows of chunks(typedRows(artifact, 'prompt_completion'), 256)) {
    const prompts = rows.map(({ prompt, completion }) => ({ prompt, responses: [completion] }));
    for (const sequence of (await rewardSequences(prompts, model.tokenizer)).flat()) {
      if (sequence.length > maxLength) cut++;
      samples.push(sequence.slice(0, maxLength));
    }
  }
  if (samples.length === 0) throw new Failure('dataset-empty', 'The dataset at `reference` holds no rows.');
  context.count('reference-cut-at-max-length', cut);
  return evenly(samples);
}

function evenly<Item>(items: readonly Item[]): Item[] {
  const count = Math.min(most, items.length);
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]!);
}
