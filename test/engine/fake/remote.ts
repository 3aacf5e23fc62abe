/** The test's side of `fake.remote`: waits until a node calls, and tells it what to do. No sleeps. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RemoteCommand } from './catalog.js';

export interface Call {
  readonly name: string;
  readonly pid: number;
  /** The text of the checkpoint that it found in its scratch. */
  readonly resumed?: string;
  tell(command: RemoteCommand): void;
  /** Resolves when the node has carried out a `checkpoint`. */
  readonly checkpointed: Promise<void>;
  /** Resolves when the node has hung up. */
  readonly ended: Promise<void>;
}

export interface Remote {
  readonly environment: { readonly LAPIDARY_TEST_REMOTE: string };
  /** The next call of the node that is named so. */
  next(name: string): Promise<Call>;
  close(): void;
}

export async function openRemote(): Promise<Remote> {
  const directory = mkdtempSync(join(tmpdir(), 'lapidary-remote-'));
  const path = join(directory, 'socket');
  const calls: Call[] = [];
  let waiting: { name: string; resolve(call: Call): void }[] = [];
  const match = () => {
    waiting = waiting.filter(({ name, resolve }) => {
      const index = calls.findIndex((call) => call.name === name);
      if (index < 0) return true;
      resolve(calls.splice(index, 1)[0]!);
      return false;
    });
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    let done = () => {};
    const checkpointed = new Promise<void>((resolve) => {
      done = resolve;
    });
    createInterface({ input: socket }).on('line', (line) => {
      const message = JSON.parse(line) as { name?: string; pid?: number; resumed?: string; done?: true };
      if (message.done) return done();
      const { name, pid, resumed } = message;
      const tell = (command: RemoteCommand) => void socket.write(`${JSON.stringify(command)}\n`);
      calls.push({ name: name!, pid: pid!, ...(resumed === undefined ? {} : { resumed }), tell, checkpointed, ended });
      match();
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    environment: { LAPIDARY_TEST_REMOTE: path },
    next: (name) =>
      new Promise((resolve) => {
        waiting.push({ name, resolve });
        match();
      }),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
