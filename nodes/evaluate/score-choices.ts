/** How likely a model finds each of the answers to choose from, and what it chooses. */
import type { RunContext } from '../../engine/kind.js';
import { readModel } from '../model/model-directory.js';
import { greedyTokens, scoreSequences } from '../preference/score.js';
import type { DeviceName } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import { continuationExample, indexOfLargest } from './choice-questions.js';

export interface Choices {
  readonly prompt: string;
  readonly choices: readonly string[];
}

export interface ScoredChoices {
  /** Log-likelihood of each choice, in nats. */
  readonly loglikelihoods: readonly number[];
  /** Whether each token of a choice is the likeliest at its place; absent where it was not asked for. */
  readonly isGreedy?: readonly boolean[];
}

/**
 * How likely each choice of each question is to the model at the input port `model`. `delimiter` stands between a prompt and each
 * choice. With `greedy`, which takes a second pass, also whether the model would have said it.
 */
export async function scoreChoices(
  context: RunContext<unknown>,
  questions: readonly Choices[],
  {
    delimiter,
    batchSize,
    greedy = false,
  }: { readonly delimiter: string; readonly batchSize: number; readonly greedy?: boolean },
): Promise<ScoredChoices[]> {
  const model = await readModel(context.input('model'), context.scratch);
  const { tokenizer } = model;
  const choices = questions.flatMap(({ prompt, choices }) => choices.map((choice) => ({ prompt, choice })));
  const examples = await Promise.all(
    choices.map(({ prompt, choice }) =>
      continuationExample(tokenizer, prompt, delimiter + choice, model.config.maxPositions),
    ),
  );
  context.count('prompt-cut-to-model-positions', examples.filter(({ cut }) => cut).length);
  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
  try {
    context.environment({ device: device.name });
    const options = {
      batchSize,
      padId: tokenizer.padId ?? tokenizer.eosId ?? 0,
      signal: context.signal,
      onProgress: (step: number) => context.progress({ step, total: examples.length, unit: 'choices' }),
    };
    const scores = await scoreSequences(device, model, examples, options);
    const likeliest = greedy ? await greedyTokens(device, model, examples, options) : undefined;
    let next = 0;
    return questions.map(({ choices }) => {
      const places = choices.map(() => next++);
      return {
        loglikelihoods: places.map((place) => scores[place]!),
        ...(likeliest ? { isGreedy: places.map((place) => likeliest[place]!.every((token) => token === 1)) } : {}),
      };
    });
  } finally {
    await device.dispose();
  }
}

/** `answers` are indices of right choices. Of a question with several, any will do. */
export function judgeChoices(
  choices: readonly string[],
  answers: readonly number[],
  loglikelihoods: readonly number[],
) {
  const chosenBy = (sizeOf: (choice: string) => number) =>
    indexOfLargest(loglikelihoods.map((value, index) => value / sizeOf(choices[index]!)));
  const chosen = chosenBy(() => 1);
  const chosenNorm = chosenBy((choice) => [...choice].length);
  return {
    loglikelihoods,
    chosen,
    chosen_norm: chosenNorm,
    acc: answers.includes(chosen) ? 1 : 0,
    acc_norm: answers.includes(chosenNorm) ? 1 : 0,
  };
}
