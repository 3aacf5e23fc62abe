/** Questions that are answered by how likely texts are: one of several choices, or the one right continuation. */
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import { judgeChoices, scoreChoices } from '../evaluate/score-choices.js';
import type { Answered } from './answered.js';
import type { HarnessQuestion } from './questions.js';
import type { Task } from './task.js';

type Context = RunContext<{ readonly batch_size: number }>;

/** Of several right choices any will do. `exact_match`: whether a right one is what the model would have said. */
export async function choose(context: Context, task: Task, questions: readonly HarnessQuestion[]): Promise<Answered[]> {
  const wanted = task.metrics.map(({ name }) => name);
  const greedy = wanted.includes('exact_match');
  const options = { delimiter: task.parts.target_delimiter, batchSize: context.config.batch_size, greedy };
  const scored = await scoreChoices(context, questions, options);
  return questions.map(({ prompt, choices, answers }, index): Answered => {
    const { loglikelihoods, isGreedy } = scored[index]!;
    const { acc, acc_norm, ...rest } = judgeChoices(choices, answers, loglikelihoods);
    const exact_match = answers.some((answer) => isGreedy?.[answer]) ? 1 : 0;
    const all = { acc, acc_norm, exact_match };
    return {
      scores: Object.fromEntries(Object.entries(all).filter(([name]) => wanted.some((each) => each === name))),
      sample: { prompt, choices, answers, ...rest },
    };
  });
}

/** `acc`: whether the model would have said the continuation. */
export async function complete(
  context: Context,
  task: Task,
  questions: readonly HarnessQuestion[],
): Promise<Answered[]> {
  const wanted = task.metrics.map(({ name }) => name);
  const continuations = questions.map(({ document, prompt, references }) => {
    const [reference, ...others] = references;
    if (others.length === 0 && reference !== '') return { prompt, choices: [reference!] };
    const message = `Document ${document.number}: doc_to_target must give one text that is not empty.`;
    throw new Failure('field-unfit', message);
  });
  const greedy = wanted.includes('acc');
  const scored = await scoreChoices(context, continuations, {
    delimiter: '',
    batchSize: context.config.batch_size,
    greedy,
  });
  return questions.map(({ prompt, references }, index): Answered => {
    const { loglikelihoods, isGreedy } = scored[index]!;
    return {
      scores: greedy ? { acc: isGreedy![0] ? 1 : 0 } : {},
      sample: { prompt, reference: references[0], loglikelihood: loglikelihoods[0] },
      ...(wanted.includes('perplexity') ? { loglikelihood: loglikelihoods[0]! } : {}),
    };
  });
}
