/** A chat endpoint on the loopback interface, whose answers a test decides. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  };
  /** What it is asked, and how often it was asked that before. */
  readonly question: string;
  readonly earlier: number;
}

/** Text to answer with, or a function that does otherwise. */
export type Answer = string | ((response: ServerResponse) => void);

export async function fakeEndpoint(t: Test, answer: (asked: Asked) => Answer) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked['body'];
    const question = body.messages.at(-1)!.content;
    const earlier = asked.filter((one) => one.question === question).length;
    const one = { path: request.url ?? '', headers: request.headers, body, question, earlier };
    asked.push(one);
    const answered = answer(one);
    if (typeof answered === 'function') answered(response);
    else response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: answered } }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

export const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(code, headers);
    response.end('no');
  };
