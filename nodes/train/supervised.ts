/** `train.supervised`: prompts that are read, and completions that are learned. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainSupervisedConfig } from '../../schemas/kinds/train.supervised.js';
import type { Model } from '../model/model-directory.js';
import { createBatches } from './batches.js';
import { assertSupervised, completionExample, type Example } from './example.js';
import { noEosToken, reasonFor } from './self-supervised.js';
import { train } from './trainer.js';
import { chunks, typedRows } from './typed-rows.js';

type Context = RunContext<TrainSupervisedConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  return train(context, {
    async batches(port, { model, maxLength, padId }) {
      const examples = await readExamples(context, port, model, maxLength);
      assertSupervised(examples, port);
      const { per_device_train_batch_size: batchSize, seed } = context.config;
      return createBatches(examples, { batchSize, maxLength, packed: context.config.packing, padId, seed });
    },
  });
}

async function readExamples(context: Context, port: string, model: Model, maxLength: number): Promise<Example[]> {
  const { tokenizer } = model;
  const { bosId, eosId } = tokenizer;
  if (eosId === undefined) throw noEosToken();
  const options = { bosId, eosId, maxLength, completionOnly: context.config.completion_only_loss };
  const examples: Example[] = [];
  const counts = { 'cut-at-max-length': 0, 'dropped-nothing-to-learn': 0, 'token-across-prompt-and-completion': 0 };
  for await (const rows of chunks(typedRows(context.input(port), 'prompt_completion'), 256)) {
    const encodings = await tokenizer.encodeBatch(rows.map(({ prompt, completion }) => prompt + completion));
    for (const [index, encoding] of encodings.entries()) {
      const example = completionExample(encoding, rows[index]!.prompt.length, options);
      if (example.merged) counts['token-across-prompt-and-completion']++;
      if (example.supervisedTokens === 0) counts['dropped-nothing-to-learn']++;
      else {
        if (example.cut) counts['cut-at-max-length']++;
        examples.push({ ids: example.ids, targets: example.targets });
      }
    }
  }
  for (const [reason, rows] of Object.entries(counts)) context.count(reasonFor(port, reason), rows);
  return examples;
}
