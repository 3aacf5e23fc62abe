/**
 * The page and its interface, for this machine alone: bound to the loopback address, behind a random token in the path,
 * and for requests that name the loopback address as their host, so that no other site can reach it through a browser.
 *
 *   GET  /TOKEN/                 the page
 *   GET  /TOKEN/page-script.js   its script
 *   GET  /TOKEN/state            how far things are
 *   GET  /TOKEN/question/N       a prompt, its responses in the order shown, and an earlier answer
 *   POST /TOKEN/answer           an `Answer` without its time
 *   POST /TOKEN/finish           ends it, once all is answered
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerProblem, type Journal } from './answers.js';
import { pageHtml } from './page.js';
import type { Question } from './questions.js';

export interface LabelingOptions {
  readonly questions: readonly Question[];
  /** The order in which the responses of each question are shown. */
  readonly shown: readonly (readonly number[])[];
  readonly journal: Journal;
  readonly instructions: string;
  readonly annotator: string | null;
  readonly port: number;
  readonly now: () => Date;
  readonly onAnswer: () => void;
}

export interface LabelingServer {
  /** With the token in it. */
  readonly url: string;
  /** Settles when people say that they are done. */
  readonly finished: Promise<void>;
  close(): Promise<void>;
}

const host = '127.0.0.1';
const mostBytes = 256 * 1024;

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Throws what the operating system says where the port cannot be had. */
export async function openLabelingServer(options: LabelingOptions): Promise<LabelingServer> {
  const token = randomBytes(16).toString('hex');
  const script = await readFile(new URL('./page-script.js', import.meta.url), 'utf8');
  let finish: () => void;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const server = createServer(async (request, response) => {
    try {
      const path = pathOf(request, token, (server.address() as AddressInfo).port);
      const reply = path === undefined ? notFound() : await answerRequest(request, path, script, options, finish);
      send(response, reply);
    } catch (error) {
      send(response, json(500, { error: (error as Error).message }));
    }
  });
  server.listen(options.port, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}/${token}/`,
    finished,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What stands behind the token; `undefined` for a request that has no business here. */
function pathOf({ url = '', headers }: IncomingMessage, token: string, port: number): string | undefined {
  const hosts = [`${host}:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? '')) return undefined;
  if (headers.origin !== undefined && !hosts.some((known) => headers.origin === `http://${known}`)) return undefined;
  const prefix = `/${token}/`;
  return url.startsWith(prefix) ? url.slice(prefix.length) : undefined;
}

async function answerRequest(
  request: IncomingMessage,
  path: string,
  script: string,
  options: LabelingOptions,
  finish: () => void,
): Promise<Reply> {
  const { questions, journal } = options;
  const question = /^question\/(\d+)$/.exec(path)?.[1];
  switch (`${request.method} ${question === undefined ? path : 'question'}`) {
    case 'GET ':
      return { status: 200, type: 'text/html', body: pageHtml(options.instructions) };
    case 'GET page-script.js':
      return { status: 200, type: 'text/javascript', body: script };
    case 'GET state':
      return json(200, stateOf(options));
    case 'GET question': {
      const asked = questions[Number(question)];
      return asked === undefined ? notFound() : json(200, questionOf(options, Number(question), asked));
    }
    case 'POST answer': {
      const body = await readJson(request);
      const problem = answerProblem(body, questions);
      if (problem !== undefined) return json(400, { error: problem });
      const { question, ranks, annotator } = body as { question: number; ranks: number[][] | null; annotator: string };
      journal.record({ question, ranks, annotator: annotator.trim(), at: options.now().toISOString() });
      options.onAnswer();
      return json(200, stateOf(options));
    }
    case 'POST finish':
      if (journal.answers.size < questions.length) return json(409, { error: 'some prompts are not answered' });
      finish();
      return json(200, {});
    default:
      return notFound();
  }
}

function stateOf({ questions, journal, annotator }: LabelingOptions) {
  const last = [...journal.answers.values()].at(-1);
  return {
    total: questions.length,
    answered: [...journal.answers.keys()].sort((a, b) => a - b),
    annotator: last?.annotator ?? annotator ?? '',
  };
}

function questionOf({ shown, journal }: LabelingOptions, index: number, { prompt, responses }: Question) {
  const given = journal.answers.get(index)?.ranks;
  return {
    prompt,
    responses: shown[index]!.map((response) => ({ response, text: responses[response] })),
    ranks: given ?? null,
  };
}

/** `undefined`, which is no answer, where it is no JSON, or too much. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

function json(status: number, value: object): Reply {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

function notFound(): Reply {
  return json(404, { error: 'there is nothing here' });
}

function send(response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  });
  response.end(body);
}
