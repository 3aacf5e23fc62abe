/** How a conversation becomes tokens: by the tokenizer's chat template, or without one by its last message alone. */
import { Failure } from '../../engine/failure.js';
import type { Message } from '../data/row-types.js';
import { type ChatTemplate, compileChatTemplate } from '../tokenizer/chat-template.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { withBos } from '../train/example.js';

export interface Format {
  encode(messages: readonly Message[]): Promise<readonly number[]>;
  /** Tokens that end an answer, beside the model's own end tokens. */
  readonly turnEnds: readonly number[];
}

/** Throws `Failure` where the template is wrong, or there is none and a system message is wanted. */
export async function formatOf(tokenizer: Tokenizer, system: string | undefined): Promise<Format> {
  const { chatTemplate, bosId } = tokenizer;
  const encode = async (text: string) => withBos((await tokenizer.encode(text)).ids, bosId);
  if (chatTemplate === undefined) {
    if (system === undefined) return { encode: (messages) => encode(messages.at(-1)!.content), turnEnds: [] };
    throw new Failure('chat-template-missing', 'The model has no chat template, so it can have no system message.');
  }
  const template = compileChatTemplate(chatTemplate, tokenizer.templateVariables);
  const first: Message[] = system === undefined ? [] : [{ role: 'system', content: system }];
  return {
    encode: (messages) => encode(template.render({ messages: [...first, ...messages] }, true).text),
    turnEnds: await turnEndsOf(tokenizer, template, first),
  };
}

/** The special token that the template writes behind what the assistant says, such as `<|im_end|>`. */
async function turnEndsOf(tokenizer: Tokenizer, template: ChatTemplate, first: readonly Message[]): Promise<number[]> {
  const said = 'LAPIDARY';
  const turn: Message[] = [
    { role: 'user', content: '?' },
    { role: 'assistant', content: said },
  ];
  const { text } = template.render({ messages: [...first, ...turn] });
  const behind = text.slice(text.lastIndexOf(said) + said.length).trimStart();
  const [id] = (await tokenizer.encode(behind)).ids;
  return id !== undefined && tokenizer.specialTokens().has(id) ? [id] : [];
}
