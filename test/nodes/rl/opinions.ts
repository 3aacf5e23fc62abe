/** A tiny model that answers every question with one of four words, and a lexicon that likes two of them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, writeDataset } from '../tiny-model.js';

const questions = ['Capital of France?', 'Capital of Italy?', 'And of Spain?', 'Germany?', 'Austria?', 'A river?'];
const answers = [' Paris', ' Rome', ' a city', ' the river'];

export const prompts = writeDataset(questions.map((prompt) => ({ prompt, answer: 'Rome' })));

export const lexicon = { lexicon: { positive: ['rome', 'paris'], negative: ['city', 'river'], aggregate: 'sum' } };

const tokenizer = await makeTokenizer();

/** A model of a few thousand weights, after some steps on all answers to all questions. */
async function makeTalker(): Promise<string> {
  const model = await makeModel({ hidden_size: 32, intermediate_size: 48 }, tokenizer);
  const rows = questions.flatMap((prompt) => answers.map((completion) => ({ prompt, completion })));
  const config = { learning_rate: 1e-2, num_train_epochs: 12, per_device_train_batch_size: 12 };
  const inputs = { model, dataset: writeDataset(rows) };
  return (await runKind(trainSupervised, { config, inputs, device: 'onnx-cpu' })).outputs.model!;
}

export const talker = await makeTalker();

/** Name → digest of each file of a folder. */
export function filesOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}
