/** The chat in a terminal, or over lines of standard input: what is typed, what is shown, and Ctrl-C. */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import pc from 'picocolors';
import { Failure } from '../../engine/failure.js';
import type { Conversation } from './conversation.js';

export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
  /** Where notes go that are no answer. */
  readonly notes: Writable;
  /** Whether a person is typing: there is a prompt, and lines can be edited. */
  readonly interactive: boolean;
  /** One JSON object an answer, in place of text as it is written. */
  readonly json: boolean;
}

const help = '/reset forgets the conversation, /quit leaves; Ctrl-C stops an answer, twice leaves';

/** Answers line after line until the input ends. Returns whether it was left by Ctrl-C. */
export async function converse(conversation: Conversation, terminal: Terminal): Promise<boolean> {
  const { input, output, notes, interactive, json } = terminal;
  const lines = createInterface({ input, terminal: interactive, ...(interactive ? { output, prompt: '> ' } : {}) });
  let answering: AbortController | undefined;
  let interrupts = 0;
  const note = (text: string) => void notes.write(`${pc.dim(text)}\n`);
  const interrupt = () => {
    interrupts += 1;
    answering?.abort();
    if (interrupts > 1) lines.close();
    else if (!answering) {
      note('\nonce more, or /quit, to leave');
      if (interactive) lines.prompt();
    }
  };
  // In a terminal, readline takes the key itself; a signal from elsewhere comes to the process.
  lines.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt);
  try {
    if (interactive)
      note(`${help}${conversation.remembers ? '' : '\nno chat template: each message is a prompt of its own'}`);
    if (interactive) lines.prompt();
    for await (const line of lines) {
      const message = line.trim();
      interrupts = 0;
      if (message === '/quit') break;
      if (message === '/reset') conversation.reset();
      else if (message.startsWith('/')) note(`there is no command ${message.split(' ')[0]}; ${help}`);
      else if (message !== '') {
        answering = new AbortController();
        await answer(message, answering.signal);
        answering = undefined;
      }
      if (interrupts > 1) break;
      if (interactive) lines.prompt();
    }
    return interrupts > 1;
  } finally {
    process.removeListener('SIGINT', interrupt);
    lines.close();
  }

  async function answer(message: string, signal: AbortSignal): Promise<void> {
    try {
      const onText = json ? () => {} : (text: string) => void output.write(text);
      const { text, end, newTokens, forgotten } = await conversation.answer(message, onText, signal);
      if (json)
        return void output.write(`${JSON.stringify({ response: text, end, new_tokens: newTokens, forgotten })}\n`);
      output.write('\n');
      if (end === 'interrupted') note('(stopped)');
      if (end === 'length') note('(cut at the most tokens that an answer may have)');
      if (forgotten > 0) note(`(the first ${forgotten} messages no longer fit)`);
    } catch (error) {
      // A message that cannot be answered ends nothing.
      if (!(error instanceof Failure)) throw error;
      notes.write(`${pc.red(`error[${error.code}]`)} ${error.message}\n`);
    }
  }
}
