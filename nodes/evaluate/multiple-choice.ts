/** `evaluate.multiple_choice`: which of the given answers a model finds likeliest. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateMultipleChoiceConfig } from '../../schemas/kinds/evaluate.multiple_choice.js';
import { writeRows } from '../data/jsonl.js';
import { readQuestions } from './choice-questions.js';
import { writeMetrics } from './metrics-file.js';
import { judgeChoices, scoreChoices } from './score-choices.js';
import { withMeanInterval } from './score-texts.js';

export async function run(context: RunContext<EvaluateMultipleChoiceConfig>): Promise<RunOutcome> {
  const { config } = context;
  const questions = await readQuestions(context.input('dataset').path(), config);
  const options = { delimiter: config.target_delimiter, batchSize: config.batch_size };
  const scored = await scoreChoices(context, questions, options);
  const judged = questions.map(({ choices, answer }, index) =>
    judgeChoices(choices, [answer], scored[index]!.loglikelihoods),
  );
  const metrics = {
    ...withMeanInterval(
      'acc',
      judged.map(({ acc }) => acc),
      config,
    ),
    ...withMeanInterval(
      'acc_norm',
      judged.map(({ acc_norm: acc }) => acc),
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
