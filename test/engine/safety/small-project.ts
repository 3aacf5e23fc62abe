/** A pipeline that writes everything that a run can write, and a run of it within the process of the test. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Store } from '../../../cache/store.js';
import { verifyStore } from '../../../cache/verify.js';
import type { RunEvent } from '../../../engine/event.js';
import { load, openSession, plan, run } from '../../../engine/session.js';
import { fakeCatalog } from '../fake/catalog.js';

const pipeline = `name: small
nodes:
  a: { uses: fake.read, with: { path: data.txt } }
  b: { uses: fake.text, with: { text: b } }
  ab: { uses: fake.concat, inputs: { parts: [a, b] }, with: { suffix: "!" } }
  end: { uses: fake.concat, inputs: { parts: [ab, a] } }
`;
export const nodeCount = 4;

export interface Project {
  readonly directory: string;
  /** Throws away the store and the lock file. */
  readonly clear: () => void;
}

export function makeProject(t: Test): Project {
  const directory = mkdtempSync(join(tmpdir(), 'lapidary-safety-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  writeFileSync(join(directory, 'data.txt'), 'data');
  writeFileSync(join(directory, 'p.yaml'), pipeline);
  return {
    directory,
    clear() {
      rmSync(join(directory, '.lapidary'), { recursive: true, force: true });
      rmSync(join(directory, 'p.lock.json'), { force: true });
    },
  };
}

export interface RunHere {
  readonly status: string;
  readonly executed: number;
  /** Node → digest of its output. */
  readonly digests: Readonly<Record<string, unknown>>;
  readonly failures: readonly { readonly code: string; readonly message: string }[];
  readonly events: readonly RunEvent[];
  readonly store: Store;
}

export async function runHere({ directory }: Project): Promise<RunHere> {
  const file = join(directory, 'p.yaml');
  const session = await openSession({ catalog: fakeCatalog, file, storeRoot: join(directory, '.lapidary') });
  const loaded = await load(session.options);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const events: RunEvent[] = [];
  const planned = await plan(session, loaded.value);
  const finished = await run(session, planned, {
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
  });
  if (!finished.ok) throw new Error(JSON.stringify(finished.diagnostics));
  const { result } = finished.value;
  const nodes = [...result.nodes];
  return {
    status: result.status,
    executed: result.counts.executed,
    digests: Object.fromEntries(nodes.map(([id, { trace }]) => [id, trace?.outputs.out])),
    failures: nodes.flatMap(([, { finished: end }]) => (end.status === 'failed' ? [end.failure] : [])),
    events,
    store: session.store,
  };
}

/** The store has no damage, and no file that was being written. */
export async function assertSound(t: Test, store: Store, when: string): Promise<void> {
  const problems = [];
  for await (const problem of verifyStore(store)) problems.push(problem);
  t.strictSame(problems, [], `${when}: the store is sound`);
}

/** Files that somebody was writing, scratch, and locks that somebody held. */
export function leftovers({ directory }: Project): string[] {
  const folders = ['tmp', 'locks', 'work'].map((name) => join(directory, '.lapidary', name));
  return folders.filter((path) => existsSync(path)).flatMap((path) => readdirSync(path));
}
