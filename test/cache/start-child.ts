import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface Child {
  /** The next line that it says; `undefined` when it has ended. */
  line(): Promise<string | undefined>;
  /** All further lines until it ends. */
  rest(): Promise<string[]>;
  /** Kills it as the kernel would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Waits for its end. Resolves to its exit code, `null` when it was killed. */
  ended: Promise<number | null>;
}

/** Starts `child.js` beside this file. */
export function startChild(...args: string[]): Child {
  const script = fileURLToPath(new URL('./child.js', import.meta.url));
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const next = await lines.next();
    return next.done ? undefined : next.value;
  };
  return {
    line,
    ended,
    async rest() {
      const all: string[] = [];
      for (let next = await line(); next !== undefined; next = await line()) all.push(next);
      return all;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
