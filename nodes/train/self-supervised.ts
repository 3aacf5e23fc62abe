/** `train.self_supervised`: documents, packed into full rows and kept apart there. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainSelfSupervisedConfig } from '../../schemas/kinds/train.self_supervised.js';
import type { Model } from '../model/model-directory.js';
import { createBatches } from './batches.js';
import { assertSupervised, documentExamples, type Example } from './example.js';
import { languageModelLearner } from './learner.js';
import { samplePlanOf } from './samples.js';
import { train } from './trainer.js';
import { chunks, typedRows } from './typed-rows.js';

type Context = RunContext<TrainSelfSupervisedConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  return train(context, {
    learner: ({ model }) => languageModelLearner(model, context.config),
    samples: ({ model }) => samplePlanOf(model, context.config),
    async batches(port, { model, maxLength, padId, batchSize }) {
      const examples = await readDocuments(context, port, model, maxLength);
      assertSupervised(examples, port);
      return createBatches(examples, { batchSize, maxLength, packed: true, padId, seed: context.config.seed });
    },
  });
}

async function readDocuments(context: Context, port: string, model: Model, maxLength: number): Promise<Example[]> {
  const { tokenizer } = model;
  const { bosId, eosId } = tokenizer;
  if (eosId === undefined) throw noEosToken();
  const examples: Example[] = [];
  let split = 0;
  for await (const rows of chunks(typedRows(context.input(port), 'text'), 256)) {
    for (const { ids } of await tokenizer.encodeBatch(rows.map(({ text }) => text))) {
      const pieces = documentExamples(ids, { bosId, eosId }, maxLength);
      if (pieces.length > 1) split++;
      examples.push(...pieces);
    }
  }
  context.count(reasonFor(port, 'split-at-max-length'), split);
  return examples;
}

/** Rows of the validation set are counted apart from those that are learned. */
export function reasonFor(port: string, reason: string): string {
  return port === 'dataset' ? reason : `${port}-${reason}`;
}

export function noEosToken(): Failure {
  return new Failure(
    'no-eos-token',
    "The model's tokenizer names no eos_token, so the model could not learn where a text ends.",
    'Name it in tokenizer_config.json.',
  );
}
