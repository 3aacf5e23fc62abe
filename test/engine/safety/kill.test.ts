/**
 * kill -9 at each operation that writes: the process dies there, as it is. What it had finished is not lost, nothing half
 * written is taken for whole, and the next run comes to the results of one that nobody disturbed.
 */
import { resolve } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import type { Digest } from '../../../cache/digest.js';
import { prune } from '../../../cache/prune.js';
import { installFaults } from '../fake/faults.js';
import { isLong, sample } from './length.js';
import { assertSound, leftovers, makeProject, nodeCount, runHere } from './small-project.js';

const nothing = { keys: new Set<string>(), digests: new Set<Digest>() };
const faultyMain = resolve('dist/test/engine/fake/faulty-main.js');

/** Runs the pipeline in a process that dies at its n-th write; returns the nodes that it had told to be done. */
async function killedAt(directory: string, at: number) {
  const { signal, stdout } = await execa(process.execPath, [faultyMain, 'run', 'p.yaml', '--json'], {
    cwd: directory,
    env: { LAPIDARY_HOME: `${directory}/.lapidary`, LAPIDARY_TEST_FAULT: `kill:${at}` },
    reject: false,
  });
  const lines = stdout.split('\n').filter((line) => line.endsWith('}'));
  const events = lines.map((line) => JSON.parse(line) as { event: string; node: string });
  return { signal, done: events.filter(({ event }) => event === 'node.finished').map(({ node }) => node) };
}

t.test('kill -9 at each write', async (t) => {
  const project = makeProject(t);
  const faults = installFaults(project.directory);
  const { digests: expected } = await runHere(project);
  const writes = faults.count();
  t.ok(writes > 60, `${writes} operations write`);
  for (const at of sample(writes, 12)) {
    project.clear();
    const { signal, done } = await killedAt(project.directory, at);
    t.equal(signal, 'SIGKILL', `killed at ${at}`);
    const again = await runHere(project);
    t.strictSame(again.digests, expected, `${at}: then the results of a run that nobody disturbed`);
    t.ok(again.executed <= nodeCount - done.length, `${at}: nothing that was finished runs again`);
    await assertSound(t, again.store, `${at}`);
    await prune(again.store, nothing, { grace_ms: 0, now: Date.now() + 1000 });
    t.strictSame(leftovers(project), [], `${at}: what the dead process left is cleared away`);
  }
});

t.test('killed again and again, each time a little later', async (t) => {
  const project = makeProject(t);
  const { digests: expected } = await runHere(project);
  project.clear();
  const step = isLong ? 1 : 13;
  let kills = 0;
  for (let at = 1; (await killedAt(project.directory, at)).signal === 'SIGKILL'; at += step) kills++;
  t.ok(kills >= 3, `${kills} kills on one store`);
  const last = await runHere(project);
  t.equal(last.executed, 0, 'the one that lived has finished it');
  t.strictSame(last.digests, expected);
  await assertSound(t, last.store, 'after all');
});
