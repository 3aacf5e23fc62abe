/**
 * Chat templates: Jinja templates that turn a conversation into the text that a model reads, as Transformers renders
 * them. A template may say itself which parts the assistant wrote, by `{% generation %} … {% endgeneration %}`; for any
 * other the turns are found by rendering the conversation up to each of them.
 *
 * Nothing of the clock is in reach, since the same conversation must give the same text tomorrow: `strftime_now` is not
 * defined, which the templates of Llama 3 take as a reason to print a fixed date.
 */
import { createRequire } from 'node:module';
import type { Environment, Interpreter } from '@huggingface/jinja';
import { Failure } from '../../engine/failure.js';
import type { Message } from '../data/row-types.js';

/** A conversation as the template sees it; `tools` are JSON schemas of functions. */
export interface Conversation {
  readonly messages: readonly Message[];
  readonly tools?: unknown;
}

/** UTF-16 offsets into a text, half open. */
export type Span = readonly [start: number, end: number];

export interface Rendering {
  readonly text: string;
  /** What stood in `generation` blocks, in order. */
  readonly generated: readonly Span[];
}

export interface ChatTemplate {
  /** Whether it has `generation` blocks. */
  readonly marksGeneration: boolean;
  /** `addGenerationPrompt` opens a turn of the assistant at the end. Throws `Failure` `chat-template-failed`. */
  render(conversation: Conversation, addGenerationPrompt?: boolean): Rendering;
}

/** The format of OpenAI's ChatML, with `generation` blocks. Its marks should be special tokens of the vocabulary. */
export const chatmlTemplate = `{%- for message in messages -%}
{{ '<|im_start|>' + message['role'] + '\\n' }}
{%- if message['role'] == 'assistant' -%}
{%- generation -%}{{ message['content'] + '<|im_end|>' }}{%- endgeneration -%}
{%- else -%}
{{ message['content'] + '<|im_end|>' }}
{%- endif -%}
{{ '\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}
`;
export const chatmlTokens = ['<|im_start|>', '<|im_end|>'] as const;

/** Non-characters of Unicode: they stand in no text that is meant to be read. */
const open = '\ufdd0';
const close = '\ufdd1';

/**
 * Compiles a template. `variables` are those of the tokenizer, such as `bos_token`. Throws `Failure`
 * `chat-template-invalid`.
 */
export function compileChatTemplate(source: string, variables: Readonly<Record<string, unknown>> = {}): ChatTemplate {
  const require = createRequire(import.meta.url);
  const jinja = require('@huggingface/jinja') as typeof import('@huggingface/jinja');
  // A call block has the meaning that Transformers gives to a generation block: the body, in a scope of its own.
  const calls = source
    .replace(/\{%([-+]?)\s*generation\s*([-+]?)%\}/g, '{%$1 call __generation() $2%}')
    .replace(/\{%([-+]?)\s*endgeneration\s*([-+]?)%\}/g, '{%$1 endcall $2%}');
  let program: Parameters<Interpreter['run']>[0];
  try {
    program = jinja.parse(jinja.tokenize(calls, { trim_blocks: true, lstrip_blocks: true }));
  } catch (error) {
    // The parser reads past its last token where a block is left open.
    const reason = error instanceof TypeError ? 'a block is not closed' : (error as Error).message;
    throw new Failure('chat-template-invalid', `The chat template is not a valid Jinja template: ${reason}.`);
  }
  return {
    marksGeneration: calls !== source,
    render: ({ messages, tools }, addGenerationPrompt = false) => {
      const environment = new jinja.Environment();
      const globals = { true: true, True: true, false: false, False: false, none: null, None: null };
      const seen = { messages: messages.map(withoutNulls), tools: tools ?? null, documents: null };
      const values = { ...globals, ...variables, ...seen, add_generation_prompt: addGenerationPrompt };
      for (const [name, value] of Object.entries(values)) environment.set(name, value);
      environment.set('range', range);
      environment.set('raise_exception', (message: unknown) => {
        throw new Error(String(message));
      });
      const generation = environment.set('__generation', () => null);
      generation.value = (_: unknown, scope: Environment) => {
        const body = scope.lookupVariable('caller').value([], scope);
        body.value = `${open}${body.value}${close}`;
        return body;
      };
      try {
        refuseMarks(messages);
        return takeMarks(String(new jinja.Interpreter(environment).run(program).value));
      } catch (error) {
        throw failed((error as Error).message, source);
      }
    },
  };
}

/** As Transformers has it: a template handles a key that is missing better than one that is null. */
function withoutNulls(message: object): object {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null));
}

function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, index) => from + index * step);
}

function refuseMarks(messages: readonly Message[]): void {
  if (messages.every(({ content }) => !content.includes(open) && !content.includes(close))) return;
  throw new Error('a message holds one of the non-characters U+FDD0 and U+FDD1');
}

function takeMarks(marked: string): Rendering {
  const generated: Span[] = [];
  const starts: number[] = [];
  let text = '';
  for (const piece of marked.split(/([\ufdd0\ufdd1])/)) {
    if (piece === open) starts.push(text.length);
    else if (piece === close) generated.push([starts.pop()!, text.length]);
    else text += piece;
  }
  return { text, generated };
}

function failed(reason: string, source: string): Failure {
  const clock =
    /not a function: got Undefined/.test(reason) && source.includes('strftime_now')
      ? 'strftime_now is not defined, since the result would change from day to day: write a date in its place.'
      : undefined;
  return new Failure('chat-template-failed', `The chat template fails: ${reason.replace(/\.$/, '')}.`, clock);
}

/** A conversation as text, and where in it the assistant speaks. */
export interface Turns {
  readonly text: string;
  readonly turns: readonly Span[];
}

/**
 * The assistant's turns: what stands in `generation` blocks, or else, for each message of the assistant, what it adds to
 * the text that ends with the prompt for it. White space behind the token that ends a turn does not belong to it.
 * Throws `Failure` `chat-template-no-turns` for a template that shows earlier messages otherwise once later ones follow,
 * such as one that leaves out earlier reasoning: its turns cannot be told from outside.
 */
export function assistantTurns(
  template: ChatTemplate,
  conversation: Conversation,
  endsWithSpecial: (text: string) => boolean,
): Turns {
  const { text, generated } = template.render(conversation);
  if (template.marksGeneration) return { text, turns: generated };
  const turns: Span[] = [];
  for (const [index, { role }] of conversation.messages.entries()) {
    if (role !== 'assistant') continue;
    const upTo = (count: number, prompt: boolean) =>
      template.render({ ...conversation, messages: conversation.messages.slice(0, count) }, prompt).text;
    const before = index === 0 ? '' : upTo(index, true);
    const after = index + 1 === conversation.messages.length ? text : upTo(index + 1, false);
    if (!after.startsWith(before) || !text.startsWith(after)) throw noTurns(index);
    const trimmed = after.trimEnd();
    turns.push([before.length, endsWithSpecial(trimmed) ? trimmed.length : after.length]);
  }
  return { text, turns };
}

function noTurns(index: number): Failure {
  return new Failure(
    'chat-template-no-turns',
    `The chat template has no generation blocks, and message ${index + 1} of a row does not read the same with and without those after it.`,
    'Put {% generation %} … {% endgeneration %} around what the assistant writes in the template, or set assistant_only_loss: false.',
  );
}
