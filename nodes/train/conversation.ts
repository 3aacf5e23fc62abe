/** From a conversation to what a model reads, and which of its tokens it learns. */
import { Failure } from '../../engine/failure.js';
import { ignoredLabel } from '../loss/cross-entropy.js';
import {
  assistantTurns,
  type ChatTemplate,
  type Conversation,
  compileChatTemplate,
  type Span,
} from '../tokenizer/chat-template.js';
import type { Encoding, Tokenizer } from '../tokenizer/tokenizer.js';
import type { Example } from './example.js';

/** Throws `Failure` where the tokenizer brings no template. */
export function chatTemplateOf(tokenizer: Tokenizer): ChatTemplate {
  if (tokenizer.chatTemplate !== undefined) {
    return compileChatTemplate(tokenizer.chatTemplate, tokenizer.templateVariables);
  }
  throw new Failure(
    'no-chat-template',
    "The model's tokenizer has no chat template, so it is not known how a conversation is written.",
    'Give it one: `chat_template` of tokenizer.train, tokenizer.load or model.resize_embeddings.',
  );
}

export interface ConversationOptions {
  /** Otherwise every token is learned. */
  readonly assistantOnly: boolean;
  /** Only the last turn of the assistant is learned. */
  readonly lastTurnOnly: boolean;
}

/** The conversation as text, and the parts of it that are learned. Throws `Failure`. */
export function learnedSpans(
  template: ChatTemplate,
  tokenizer: Tokenizer,
  conversation: Conversation,
  { assistantOnly, lastTurnOnly }: ConversationOptions,
): { readonly text: string; readonly learned: readonly Span[] } {
  if (!assistantOnly) {
    const { text } = template.render(conversation);
    return { text, learned: [[0, text.length]] };
  }
  const names = [...tokenizer.specialTokens().values()];
  const endsWithSpecial = (text: string) => names.some((name) => text.endsWith(name));
  const { text, turns } = assistantTurns(template, conversation, endsWithSpecial);
  const weights = conversation.messages.filter(({ role }) => role === 'assistant').map(({ weight }) => weight ?? 1);
  if (weights.every((weight) => weight === 1) && !lastTurnOnly) return { text, learned: turns };
  if (weights.length !== turns.length) {
    throw new Failure(
      'chat-template-turns-differ',
      `The chat template has ${turns.length} generation blocks for ${weights.length} messages of the assistant.`,
      'Neither the weight of a message nor mask_history can be heeded unless there is one for each.',
    );
  }
  const last = turns.length - 1;
  return { text, learned: turns.filter((_, turn) => weights[turn] === 1 && (turn === last || !lastTurnOnly)) };
}

/**
 * The example of a text of which only some spans are learned; a token that holds any part of a span is learned whole.
 * Nothing is put in front or behind: the template writes what belongs there.
 */
export function spanExample({ ids, offsets }: Encoding, learned: readonly Span[]): Example {
  const isLearned = ([start, end]: Span): boolean =>
    learned.some(([from, to]) => start < to && (end > from || start === from));
  const labels = ids.map((id, index) => (isLearned(offsets[index]!) ? id : ignoredLabel));
  return { ids: ids.slice(0, -1), targets: labels.slice(1) };
}
