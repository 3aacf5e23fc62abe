/** `evaluate.multiple_choice`: which of the given answers a model finds likeliest. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateMultipleChoiceConfig } from '../../schemas/kinds/evaluate.multiple_choice.js';
import { writeRows } from '../data/jsonl.js';
import { readModel } from '../model/model-directory.js';
import { scoreSequences } from '../preference/score.js';
import type { DeviceName } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import { continuationExample, indexOfLargest, type Question, readQuestions } from './choice-questions.js';
import { writeMetrics } from './metrics-file.js';
import { withInterval } from './score-texts.js';

type Context = RunContext<EvaluateMultipleChoiceConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const { config } = context;
  const questions = await readQuestions(context.input('dataset').path(), config);
  const loglikelihoods = await scoreChoices(context, questions);
  const judged = questions.map((question, index) => judge(question, loglikelihoods[index]!));
  const ratio = ([sum, count]: readonly number[]) => sum! / count!;
  const metrics = {
    ...withInterval(
      'acc',
      judged.map(({ acc }) => [acc, 1]),
      ratio,
      config,
    ),
    ...withInterval(
      'acc_norm',
      judged.map(({ acc_norm: acc }) => [acc, 1]),
      ratio,
      config,
    ),
    n: questions.length,
  };
  await writeRows(
    context.output('samples'),
    questions.map(({ row }, index) => ({ ...row, ...judged[index] })),
  );
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}

/** Log-likelihood of each choice of each question, in nats. */
async function scoreChoices(context: Context, questions: readonly Question[]): Promise<number[][]> {
  const { config } = context;
  const model = await readModel(context.input('model'), context.scratch);
  const { tokenizer } = model;
  const choices = questions.flatMap(({ prompt, choices }) => choices.map((choice) => ({ prompt, choice })));
  const examples = await Promise.all(
    choices.map(({ prompt, choice }) =>
      continuationExample(tokenizer, prompt, config.target_delimiter + choice, model.config.maxPositions),
    ),
  );
  context.count('prompt-cut-to-model-positions', examples.filter(({ cut }) => cut).length);
  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
  try {
    context.environment({ device: device.name });
    const scores = await scoreSequences(device, model, examples, {
      batchSize: config.batch_size,
      padId: tokenizer.padId ?? tokenizer.eosId ?? 0,
      signal: context.signal,
      onProgress: (step) => context.progress({ step, total: examples.length, unit: 'choices' }),
    });
    let next = 0;
    return questions.map((question) => question.choices.map(() => scores[next++]!));
  } finally {
    await device.dispose();
  }
}

function judge({ choices, answer }: Question, loglikelihoods: readonly number[]) {
  const chosen = indexOfLargest(loglikelihoods);
  const chosenNorm = indexOfLargest(loglikelihoods.map((value, index) => value / [...choices[index]!].length));
  return {
    loglikelihoods,
    chosen,
    chosen_norm: chosenNorm,
    acc: chosen === answer ? 1 : 0,
    acc_norm: chosenNorm === answer ? 1 : 0,
  };
}
