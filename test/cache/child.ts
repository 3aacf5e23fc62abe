/**
 * A process of its own for the tests: `node child.js COMMAND ARGUMENT…`. It tells what it does line by line, so that a
 * test can wait for that, or kill it there.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { openStore } from '../../cache/store.js';
import { StoreError } from '../../cache/store-error.js';

const [command, root = '', ...rest] = process.argv.slice(2);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Publishes every path in turn, and says each digest. */
async function publishAll(paths: readonly string[]): Promise<void> {
  const store = await openStore(root);
  say('open');
  for (const path of paths) say(await store.publish(path));
}

/** Adds one to the number in a file, `times` times, each under the lock. */
async function count(lockName: string, file: string, times: number): Promise<void> {
  const store = await openStore(root);
  for (let time = 0; time < times; time++) {
    const lock = await store.lock(lockName);
    const value = Number(readFileSync(file, 'utf8'));
    // Gives way between reading and writing, so that without a lock others would come between.
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(file, String(value + 1));
    await lock.release();
  }
}

/** Holds a lock until it is killed. */
async function hold(lockName: string): Promise<void> {
  const store = await openStore(root);
  await store.lock(lockName);
  say('held');
  setInterval(() => {}, 1 << 30);
}

try {
  if (command === 'publish') await publishAll(rest);
  else if (command === 'publish-as-nobody') {
    process.setgroups?.([]);
    process.setgid?.(65534);
    process.setuid?.(65534);
    await publishAll(rest);
  } else if (command === 'count') await count(rest[0]!, rest[1]!, Number(rest[2]));
  else if (command === 'hold') await hold(rest[0]!);
  else throw new Error(`no such command: ${command}`);
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  say(`${error.code}: ${error.message} (${error.hint})`);
}
