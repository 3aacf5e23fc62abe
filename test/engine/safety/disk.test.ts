/**
 * Disks that fail: every operation that writes the store, the records or the lock file fails in turn. The run says so
 * by name, nothing half-written is ever taken for whole, and the next run comes to the results of an undisturbed one.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { StoreError } from '../../../cache/store-error.js';
import { type Fault, installFaults } from '../fake/faults.js';
import { sample } from './length.js';
import { assertSound, makeProject, nodeCount, runHere } from './small-project.js';

const project = makeProject(t);
const faults = installFaults(project.directory);

/** What is said of a disk, by the fault. */
const codes: Readonly<Record<'ENOSPC' | 'EIO' | 'EROFS', readonly string[]>> = {
  ENOSPC: ['disk-full'],
  EIO: ['store-not-writable', 'file-system', 'destination-not-writable'],
  EROFS: ['store-not-writable', 'file-system', 'destination-not-writable'],
};

for (const kind of ['ENOSPC', 'EIO', 'EROFS'] as const) {
  t.test(`${kind} at each write`, async (t) => {
    project.clear();
    faults.disarm();
    const { digests: expected } = await runHere(project);
    const writes = faults.count();
    t.ok(writes > 60, `${writes} operations write`);
    let seen = 0;
    for (const at of sample(writes, 20)) {
      project.clear();
      faults.arm({ kind, at } as Fault);
      const codesSeen = await runHere(project).then(
        ({ failures }) => failures.map(({ code }) => code),
        (error: unknown) => {
          if (!(error instanceof StoreError)) throw error;
          return [error.code];
        },
      );
      const when = `${kind} at ${at}`;
      for (const code of codesSeen) t.ok(codes[kind].includes(code), `${when}: ${code}`);
      seen += codesSeen.length;

      faults.disarm();
      // This process lives on, and would be waited for: what it may have been unable to give back goes as if it were dead.
      rmSync(join(project.directory, '.lapidary', 'locks'), { recursive: true, force: true });
      const again = await runHere(project);
      t.strictSame(again.digests, expected, `${when}: then the results of a run that nothing happened to`);
      await assertSound(t, again.store, when);
      const idle = await runHere(project);
      t.equal(idle.executed, 0, `${when}: then there is nothing to do`);
    }
    t.ok(seen > 0, 'it was noticed');
  });
}

t.test('a store on a read-only file system can be planned against, and says why it cannot run', async (t) => {
  project.clear();
  faults.disarm();
  const first = await runHere(project);
  t.equal(first.executed, nodeCount);
  faults.arm({ kind: 'EROFS', at: 1 });
  await t.rejects(runHere(project), { name: 'StoreError', code: 'store-not-writable', hint: /LAPIDARY_HOME/ });
  faults.disarm();
  t.strictSame((await runHere(project)).digests, first.digests);
});
