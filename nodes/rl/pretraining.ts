/** The texts of PPO-ptx: a batch of them beside each batch of responses. */
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { TrainPpoConfig } from '../../schemas/kinds/train.ppo.js';
import type { Model } from '../model/model-directory.js';
import { type Batch, type Batches, createBatches } from '../train/batches.js';
import { documentExamples, type Example } from '../train/example.js';
import type { Learner } from '../train/learner.js';
import { noEosToken } from '../train/self-supervised.js';
import { chunks, typedRows } from '../train/typed-rows.js';

/** The dataset at the port `pretraining`; `undefined` where there is none. Throws `Failure`. */
export async function readPretraining(
  context: RunContext<TrainPpoConfig>,
  { config: decoder, tokenizer }: Model,
): Promise<Batches | undefined> {
  const { config } = context;
  const dataset = context.optionalInput('pretraining');
  if (!dataset && config.ptx_coef > 0) throw noTexts();
  if (!dataset) return undefined;
  if (config.ptx_coef === 0) throw unusedTexts();
  const { bosId, eosId } = tokenizer;
  if (eosId === undefined) throw noEosToken();
  const maxLength = Math.min(config.ptx_max_length ?? decoder.maxPositions, decoder.maxPositions);
  const examples: Example[] = [];
  for await (const rows of chunks(typedRows(dataset, 'text'), 256)) {
    for (const { ids } of await tokenizer.encodeBatch(rows.map(({ text }) => text))) {
      examples.push(...documentExamples(ids, { bosId, eosId }, maxLength));
    }
  }
  if (examples.length === 0) throw new Failure('no-supervised-tokens', 'The input `pretraining` has no text to learn.');
  return createBatches(examples, {
    batchSize: config.ptx_batch_size ?? config.per_device_train_batch_size,
    maxLength,
    packed: true,
    padId: tokenizer.padId ?? eosId,
    seed: config.seed,
  });
}

/** `ptx.ids`, `ptx.targets`, `ptx.positions`, `ptx.segments`: the batch that a batch of a run meets, epoch after epoch. */
export function pretrainingInputs(batches: Batches, accumulation: number): NonNullable<Learner['trainingInputs']> {
  let epoch: { readonly number: number; readonly batches: readonly Batch[] } | undefined;
  return (_, { step, index }) => {
    const number = step * accumulation + index;
    const ofEpoch = Math.floor(number / batches.perEpoch);
    if (epoch?.number !== ofEpoch) epoch = { number: ofEpoch, batches: [...batches.epoch(ofEpoch)] };
    const { inputs } = epoch.batches[number % batches.perEpoch]!;
    return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [`ptx.${name}`, tensor]));
  };
}

function noTexts(): Failure {
  return new Failure(
    'no-pretraining-texts',
    'ptx_coef is above 0, and nothing is wired to the input `pretraining`.',
    'Wire texts to it, or leave ptx_coef out.',
  );
}

function unusedTexts(): Failure {
  return new Failure(
    'pretraining-not-used',
    'There are texts at the input `pretraining`, and ptx_coef is 0.',
    'Set ptx_coef, or leave the input out.',
  );
}
