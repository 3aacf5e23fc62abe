/** A disk that fills up while a node works: a clear error, and once there is room the next run finishes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { assertDone, digests, edit, failureOf, makeProject, type Rig, run, statuses } from './rig.js';

type Tap = Parameters<typeof makeProject>[0];

const files = ['training.yaml', 'facts.jsonl'];

/** A small file system of its own at `.lapidary`; its size can be changed. */
function mountSmallDisk(t: Tap, rig: Rig, size_kb: number): { resize(size_kb: number): void } {
  const at = rig.path('.lapidary');
  mkdirSync(at);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size_kb}k`, 'lapidary-test', at]);
  t.teardown(() => execFileSync('umount', ['--lazy', at]));
  return { resize: (kb) => void execFileSync('mount', ['-o', `remount,size=${kb}k`, at]) };
}

/** Mounting is for root, and not even for root in many containers. */
function whyNot(): string | false {
  if (process.platform !== 'linux') return 'it mounts a tmpfs, which only Linux has';
  if (process.getuid?.() !== 0) return 'it mounts a small disk, which takes root';
  const probe = '/tmp/lapidary-mount-probe';
  try {
    mkdirSync(probe, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'lapidary-test', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe], { stdio: 'ignore' });
    return false;
  } catch {
    return 'this root may not mount';
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

const skip = whyNot();

t.test('the disk is full while a node works', { skip }, async (t) => {
  const roomy = makeProject(t, files);
  const expected = digests(await run(roomy, 'training.yaml'));

  for (const [what, size_kb, failing] of [
    ['in a worker that makes a model', 120, 'blank'],
    ['in training, at a checkpoint', 420, 'model'],
  ] as const) {
    await t.test(what, async (t) => {
      const rig = makeProject(t, files);
      const disk = mountSmallDisk(t, rig, size_kb);
      const full = await run(rig, 'training.yaml');
      t.equal(full.exitCode, 1);
      t.match(failureOf(full), {
        node: failing,
        code: 'disk-full',
        message: /no space is left on the disk/,
        hint: /[Ff]ree some space/,
      });
      t.match(full.events.at(-1), { event: 'run.finished', status: 'failed' });
      const done = statuses(full);
      t.equal(done.statements, 'executed');

      disk.resize(20_000);
      const again = await run(rig, 'training.yaml');
      assertDone(t, again);
      for (const [id, status] of Object.entries(done)) {
        if (status === 'executed') t.equal(statuses(again)[id], 'cached', `${id} was kept`);
      }
      t.same(digests(again), expected, 'with the bytes of a run that had room');
    });
  }
});

t.test('the disk is full before anything starts', { skip }, async (t) => {
  const rig = makeProject(t, files);
  mountSmallDisk(t, rig, 2_000);
  edit(rig, 'training.yaml', 'max_steps: 300', 'max_steps: 2');
  for (const [what, bytesLeft] of [
    ['there is no store yet', 0],
    ['there is a store', 0],
    ['there is room for a part of the record', 8_192],
  ] as const) {
    const { bfree, bsize } = statfsSync(rig.path('.lapidary'));
    writeFileSync(rig.path('.lapidary/ballast'), new Uint8Array(bfree * bsize - bytesLeft));
    const outcome = await run(rig, 'training.yaml');
    t.equal(outcome.exitCode, 1, what);
    t.match(outcome.stdout + outcome.stderr, /disk-full/, 'it says so');
    t.notMatch(outcome.stdout + outcome.stderr, /bug in Lapidary|internal-error/, 'and does not take it for a bug');
    rmSync(rig.path('.lapidary/ballast'));
    assertDone(t, await run(rig, 'training.yaml'));
    edit(rig, 'training.yaml', 'max_steps: 2', 'max_steps: 22');
  }
});
