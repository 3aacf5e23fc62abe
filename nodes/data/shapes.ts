/** Shapes in which instruction data is commonly published, turned into the project's own row types. */
import { describe, isObject, type Row } from './jsonl.js';
import type { Message, RowProblem, RowTypeName } from './row-types.js';

export const shapeNames = ['alpaca', 'sharegpt'] as const;
export type ShapeName = (typeof shapeNames)[number];

interface Shape {
  readonly rows: RowTypeName;
  /** The fields that it reads. Others stay in the row. */
  readonly fields: readonly string[];
  convert(row: Row): Converted;
}

export type Converted = { readonly row: Row } | { readonly problem: RowProblem };

/** By `from`, as ShareGPT exports and their descendants write it. */
const roles: Readonly<Record<string, string>> = {
  system: 'system',
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  assistant: 'assistant',
  tool: 'tool',
  observation: 'tool',
};

export const shapes: Readonly<Record<ShapeName, Shape>> = {
  /** Taori et al., 2023: the prompt is the instruction and, after a blank line, the input where there is one. */
  alpaca: {
    rows: 'prompt_completion',
    fields: ['instruction', 'input', 'output'],
    convert({ instruction, input = '', output, ...rest }) {
      if (typeof instruction !== 'string') return notText('instruction', instruction);
      if (input !== null && typeof input !== 'string') return notText('input', input);
      if (typeof output !== 'string') return notText('output', output);
      return { row: { ...rest, prompt: input ? `${instruction}\n\n${input}` : instruction, completion: output } };
    },
  },
  sharegpt: {
    rows: 'messages',
    fields: ['conversations', 'system'],
    convert({ conversations, system = '', ...rest }) {
      if (!Array.isArray(conversations)) return wrong('conversations', 'a list of turns', conversations);
      if (system !== null && typeof system !== 'string') return notText('system', system);
      const messages: Message[] = system ? [{ role: 'system', content: system }] : [];
      for (const [index, turn] of conversations.entries()) {
        const message = convertTurn(turn, `conversations[${index}]`);
        if ('problem' in message) return message;
        messages.push(message);
      }
      return { row: { ...rest, messages } };
    },
  },
};

function convertTurn(turn: unknown, field: string): Message | { readonly problem: RowProblem } {
  if (!isObject(turn)) return wrong(field, 'an object with from and value', turn);
  const { from, value } = turn;
  if (typeof from !== 'string') return notText(`${field}.from`, from);
  const role = Object.hasOwn(roles, from) ? roles[from] : undefined;
  if (role === undefined) {
    const problem = `is the unknown role ${JSON.stringify(from)}; known are ${Object.keys(roles).join(', ')}`;
    return { problem: { field: `${field}.from`, problem, found: from } };
  }
  return typeof value === 'string' ? { role, content: value } : notText(`${field}.value`, value);
}

function notText(field: string, found: unknown): { readonly problem: RowProblem } {
  return wrong(field, 'a string', found);
}

function wrong(field: string, what: string, found: unknown): { readonly problem: RowProblem } {
  const problem = found === undefined ? 'is missing' : `must be ${what}, not ${describe(found)}`;
  return { problem: { field, problem, found } };
}
