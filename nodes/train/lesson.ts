/** From a row of a dataset to a text, and from its tokens to what is learned of it. */
import type { TrainSupervisedConfig } from '../../schemas/kinds/train.supervised.js';
import type { MessagesRow, PromptCompletionRow } from '../data/row-types.js';
import type { ChatTemplate } from '../tokenizer/chat-template.js';
import type { Encoding, Tokenizer } from '../tokenizer/tokenizer.js';
import { chatTemplateOf, learnedSpans, spanExample } from './conversation.js';
import { completionExample, type Example } from './example.js';
import { noEosToken } from './self-supervised.js';
import { isConversation } from './typed-rows.js';

export type SupervisedRow = PromptCompletionRow | MessagesRow;

/** What a row teaches. */
export interface Lesson {
  readonly text: string;
  readonly conversation: boolean;
  /** The example, as long as it is, from the tokens of `text`. `merged`: a token stands across prompt and completion. */
  toExample(encoding: Encoding): { readonly example: Example; readonly merged: boolean };
}

type Options = Pick<TrainSupervisedConfig, 'completion_only_loss' | 'assistant_only_loss' | 'mask_history'>;

/** Reads rows with a tokenizer. A row throws `Failure` where the tokenizer lacks what its type needs. */
export function lessonReader(tokenizer: Tokenizer, options: Options): (row: SupervisedRow) => Lesson {
  let template: ChatTemplate | undefined;
  return (row) => {
    if (!isConversation(row)) return completionLesson(row, tokenizer, options);
    template ??= chatTemplateOf(tokenizer);
    return conversationLesson(row, template, tokenizer, options);
  };
}

function completionLesson(
  { prompt, completion }: PromptCompletionRow,
  { bosId, eosId }: Tokenizer,
  options: Options,
): Lesson {
  if (eosId === undefined) throw noEosToken();
  const whole = { bosId, eosId, maxLength: Number.POSITIVE_INFINITY, completionOnly: options.completion_only_loss };
  return {
    text: prompt + completion,
    conversation: false,
    toExample: (encoding) => {
      const { ids, targets, merged } = completionExample(encoding, prompt.length, whole);
      return { example: { ids, targets }, merged };
    },
  };
}

function conversationLesson(row: MessagesRow, template: ChatTemplate, tokenizer: Tokenizer, options: Options): Lesson {
  const only = { assistantOnly: options.assistant_only_loss, lastTurnOnly: options.mask_history };
  const { text, learned } = learnedSpans(template, tokenizer, row, only);
  return {
    text,
    conversation: true,
    toExample: (encoding) => ({ example: spanExample(encoding, learned), merged: false }),
  };
}
