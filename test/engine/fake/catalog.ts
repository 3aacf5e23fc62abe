/** Kinds for the tests of the engine: small, quick, and one of them driven by the test from outside. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { Failure, Stopped } from '../../../engine/failure.js';
import { type Catalog, defineKind, type Kind, type RunContext } from '../../../engine/kind.js';
import { defineNode } from '../../../engine/user-code/define-node.js';

const file = { type: 'file', description: 'some text' } as const;

const text = defineKind<{ text: string; rows?: number }>({
  name: 'fake.text',
  version: 1,
  description: 'Writes a text.',
  runs: 'inline',
  schema: {
    type: 'object',
    properties: { text: { type: 'string', description: 'what to write' } },
    required: ['text'],
    additionalProperties: false,
  },
  inputs: {},
  outputs: { out: file },
  load: async () => ({
    run: async (context) => {
      writeFileSync(context.output('out'), context.config.text);
      return { metrics: { length: context.config.text.length } };
    },
  }),
});

const concat = defineKind<{ suffix: string; keep: number }>({
  name: 'fake.concat',
  version: 1,
  description: 'Joins its inputs and a suffix, and keeps the first characters.',
  runs: 'inline',
  schema: {
    type: 'object',
    properties: {
      suffix: { type: 'string', description: 'added at the end', default: '' },
      keep: { type: 'integer', description: 'how many characters are kept', default: 1000 },
    },
    additionalProperties: false,
  },
  inputs: { parts: { ...file, many: true } },
  outputs: { out: file },
  load: async () => ({
    run: async (context) => {
      const parts = context.inputs('parts').map((part) => readFileSync(part.path(), 'utf8'));
      const joined = parts.join('|') + context.config.suffix;
      writeFileSync(context.output('out'), joined.slice(0, context.config.keep));
      context.display('joined', joined.slice(0, 40));
      return { metrics: { length: joined.length } };
    },
  }),
});

const read = defineKind<{ path: string }>({
  name: 'fake.read',
  version: 1,
  description: 'Reads a file.',
  runs: 'inline',
  schema: {
    type: 'object',
    properties: { path: { type: 'string', description: 'the file' } },
    required: ['path'],
    additionalProperties: false,
  },
  inputs: {},
  outputs: { out: file },
  sources: ({ path }) => [{ patterns: [path], pointer: '/path' }],
  load: async () => ({
    run: async (context) => {
      writeFileSync(context.output('out'), context.sources.map(({ path }) => readFileSync(path, 'utf8')).join(''));
      return {};
    },
  }),
});

/** What the test can tell a `fake.remote` node to do. */
export type RemoteCommand =
  | { readonly do: 'succeed' }
  | { readonly do: 'fail'; readonly message: string }
  | { readonly do: 'throw' }
  | { readonly do: 'checkpoint'; readonly text: string }
  | { readonly do: 'edit'; readonly path: string; readonly text: string };

const remote = defineKind<{ name: string; path: string }>({
  name: 'fake.remote',
  version: 1,
  description: 'Does what the test says, in a worker process of its own.',
  runs: 'worker',
  schema: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'what the test calls it' },
      path: { type: 'string', description: 'a file that it depends on', default: '' },
    },
    required: ['name'],
    additionalProperties: false,
  },
  inputs: { parts: { ...file, many: true, optional: true } },
  outputs: { out: file },
  sources: ({ path }) => (path === '' ? [] : [{ patterns: [path], pointer: '/path' }]),
  load: async () => ({ run: obey }),
});

async function obey(context: RunContext<{ name: string }>): Promise<{ metrics: Record<string, number> }> {
  const socket = createConnection(process.env.LAPIDARY_TEST_REMOTE!);
  const checkpoint = `${context.scratch}/checkpoint`;
  const resumed = readIfThere(checkpoint);
  socket.write(`${JSON.stringify({ name: context.config.name, pid: process.pid, resumed })}\n`);
  context.signal.addEventListener('abort', () => socket.end());
  for await (const line of createInterface({ input: socket })) {
    const command = JSON.parse(line) as RemoteCommand;
    if (command.do === 'checkpoint') {
      writeFileSync(checkpoint, command.text);
      socket.write(`${JSON.stringify({ done: true })}\n`);
    }
    if (command.do === 'edit') writeFileSync(command.path, command.text);
    if (command.do === 'fail') throw new Failure('told-to-fail', command.message, 'Tell it to succeed.');
    if (command.do === 'throw') throw new TypeError('a bug');
    if (command.do === 'succeed') {
      writeFileSync(context.output('out'), `${context.config.name} ${resumed ?? ''}`);
      socket.end();
      return { metrics: { done: 1 } };
    }
  }
  throw new Stopped();
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const forgetful = defineKind<Record<string, never>>({
  name: 'fake.forgetful',
  version: 1,
  description: 'Says that it is done and writes nothing, or a metric that is no number.',
  runs: 'inline',
  schema: {
    type: 'object',
    properties: { metric: { type: 'boolean', description: 'yield NaN', default: false } },
    additionalProperties: false,
  },
  inputs: {},
  outputs: { out: file },
  load: async () => ({
    run: async (context) => {
      if (!(context.config as { metric?: boolean }).metric) return {};
      writeFileSync(context.output('out'), '');
      return { metrics: { loss: Number.NaN } };
    },
  }),
});

/** Depends on a file that it does not declare, as no kind should. */
const leaky = defineKind<{ path: string }>({
  name: 'fake.leaky',
  version: 1,
  description: 'Copies a file that nobody knows it reads; the metric `value` is the number on its last line.',
  runs: 'inline',
  schema: {
    type: 'object',
    properties: { path: { type: 'string', description: 'the file' } },
    required: ['path'],
    additionalProperties: false,
  },
  inputs: {},
  outputs: { out: file },
  load: async () => ({
    run: async (context) => {
      const found = readFileSync(context.config.path, 'utf8');
      writeFileSync(context.output('out'), found);
      return { metrics: { value: Number(found.trimEnd().split('\n').at(-1)) } };
    },
  }),
});

const kinds: readonly Kind[] = [text, concat, read, remote, forgetful, leaky];

export const fakeCatalog: Catalog = {
  kinds: new Map(kinds.map((kind) => [kind.name, kind])),
  workerEntry: new URL('./worker.js', import.meta.url),
  userApi: {
    values: { defineNode, Failure, Stopped },
    types: new URL('../../../engine/user-code/define-node.d.ts', import.meta.url),
  },
  devices: ['fake', 'other'],
  resolveDevice: async (name) => (name === 'auto' ? 'fake' : name),
  probeDevices: async () => [{ name: 'fake', available: true, reason: 'it is made up' }],
};
