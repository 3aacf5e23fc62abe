/** `train.supervised`: prompts that are read, and completions that are learned; or conversations, turn by turn. */
import { Stopped } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainSupervisedConfig } from '../../schemas/kinds/train.supervised.js';
import type { Model } from '../model/model-directory.js';
import { createBatches } from './batches.js';
import { assertSupervised, type Example } from './example.js';
import { languageModelLearner } from './learner.js';
import { type Lesson, lessonReader } from './lesson.js';
import { fitExample, overlongReasons } from './overlong.js';
import { samplePlanOf } from './samples.js';
import { reasonFor } from './self-supervised.js';
import { train } from './trainer.js';
import { chunks, supervisedRows } from './typed-rows.js';

type Context = RunContext<TrainSupervisedConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  return train(context, {
    learner: ({ model }) => languageModelLearner(model, context.config),
    samples: ({ model }) => samplePlanOf(model, context.config),
    async batches(port, { model, maxLength, padId, batchSize }) {
      const examples = await readExamples(context, port, model, maxLength);
      assertSupervised(examples, port);
      return createBatches(examples, {
        batchSize,
        maxLength,
        packed: context.config.packing,
        padId,
        seed: context.config.seed,
      });
    },
  });
}

/** Rows are read and tokenised piece by piece: of a dataset, only the tokens are held in memory. */
async function readExamples(context: Context, port: string, model: Model, maxLength: number): Promise<Example[]> {
  const { config, signal } = context;
  const { tokenizer } = model;
  const counts = new Map<string, number>();
  const count = (reason: string) => void counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const lessonOf = lessonReader(tokenizer, config);
  const examples: Example[] = [];
  let ends = false;
  let conversations = 0;
  for await (const rows of chunks(supervisedRows(context.input(port), config.empty_completion, count), 256)) {
    if (signal.aborted) throw new Stopped('Stopped while the dataset was being read.');
    const lessons = rows.map((row): Lesson & { readonly number: number } => ({ ...lessonOf(row), number: row.number }));
    const encodings = await tokenizer.encodeBatch(lessons.map(({ text }) => text));
    for (const [index, encoding] of encodings.entries()) {
      const { number, toExample } = lessons[index]!;
      const { example, merged } = toExample(encoding);
      if (merged) count('token-across-prompt-and-completion');
      const fitting = fitExample(example, maxLength, config.overlong, number);
      const over = example.ids.length > maxLength;
      if (over && config.overlong === 'drop') count(overlongReasons.drop);
      else if (fitting.length === 0) count('dropped-nothing-to-learn');
      else if (over && config.overlong !== 'error') count(overlongReasons[config.overlong]);
      examples.push(...fitting);
      if (!lessons[index]!.conversation) continue;
      conversations++;
      ends ||= fitting.some(({ targets }) => targets.some((id) => model.endIds.includes(id)));
    }
  }
  for (const [reason, rows] of counts) context.count(reasonFor(port, reason), rows);
  if (conversations > 0 && examples.length > 0 && !ends) context.warn(noEnd);
  return examples;
}

const noEnd =
  'No learned turn of the assistant has an eos_token in it, so that the model will not learn to stop where programs ' +
  'expect it to. See that the chat template ends the turns with it.';
