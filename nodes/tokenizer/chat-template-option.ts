/** The options `chat_template` and `chat_template_path` of the kinds that make a tokenizer. */
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { RunContext, SourceSpec } from '../../engine/kind.js';
import { chatmlTemplate, chatmlTokens, compileChatTemplate } from './chat-template.js';
import type { Tokenizer } from './tokenizer.js';

/** Where Transformers looks for a template. */
export const chatTemplateFile = 'chat_template.jinja';

export interface ChatTemplateOption {
  readonly chat_template: string | null;
  readonly chat_template_path: string | null;
}

export function chatTemplateSources({ chat_template_path: path }: ChatTemplateOption): SourceSpec[] {
  return path === null ? [] : [{ patterns: [path], pointer: '/chat_template_path' }];
}

/** What is wrong with the options themselves. */
export function checkChatTemplate({ chat_template: text, chat_template_path: path }: ChatTemplateOption) {
  if (text !== null && path !== null) {
    return [{ pointer: '/chat_template_path', message: 'is given, and chat_template too: one of them is enough' }];
  }
  if (path?.startsWith('hf:')) return [{ pointer: '/chat_template_path', message: 'must be a file of this machine' }];
  if (text === null || text === 'chatml') return [];
  if (/^[\w.-]+$/.test(text)) {
    const hint = 'Write `chatml`, the template itself, or give its file as chat_template_path.';
    return [{ pointer: '/chat_template', message: `${JSON.stringify(text)} is not the name of a template`, hint }];
  }
  try {
    compileChatTemplate(text);
    return [];
  } catch (error) {
    return [{ pointer: '/chat_template', message: (error as Error).message }];
  }
}

/** The Jinja source that the options give; checked to be one. `undefined` where they give none. */
export async function readChatTemplate(
  { chat_template: text, chat_template_path: path }: ChatTemplateOption,
  sources: RunContext<unknown>['sources'],
): Promise<string | undefined> {
  if (text !== null) return text === 'chatml' ? chatmlTemplate : text;
  if (path === null) return undefined;
  const file = sources.find(({ name }) => name === posix.normalize(path))!;
  const source = await readFile(file.path, 'utf8');
  compileChatTemplate(source);
  return source;
}

/** Marks of ChatML that a tokenizer does not know would be spelt letter by letter, and text could not be told from them. */
export function warnOfUnknownMarks(tokenizer: Tokenizer, { warn }: Pick<RunContext<unknown>, 'warn'>): void {
  const unknown = chatmlTokens.filter(
    (token) => tokenizer.chatTemplate?.includes(token) && tokenizer.tokenToId(token) === undefined,
  );
  if (unknown.length === 0) return;
  warn(
    `The chat template writes ${unknown.join(' and ')}, no token of the vocabulary; model.resize_embeddings adds them.`,
  );
}
