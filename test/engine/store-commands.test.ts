/** gc, verify, restore and diff, through the command line. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeRig, type Rig, statuses } from './fake/rig.js';

const chain = `name: chain
params: { word: one }
nodes:
  a: { uses: fake.text, with: { text: "\${params.word}" } }
  b: { uses: fake.concat, inputs: { parts: [a] }, with: { suffix: "!", keep: 2 } }
`;

/** Status of each node when the pipeline is run for the word. */
async function run(rig: Rig, word: string): Promise<Record<string, string>> {
  const outcome = await rig.lapidary('run', 'p.yaml', '--json', '-p', `word=${word}`);
  t.equal(outcome.exitCode, 0, outcome.stderr);
  return statuses(outcome);
}

const git = (rig: Rig, ...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], { cwd: rig.directory, stdio: 'pipe' });

t.test('gc keeps what lock files and recent runs name, on every branch', async (t) => {
  const rig = makeRig(t);
  git(rig, 'init', '-q', '-b', 'main');
  rig.write('p.yaml', chain);
  await rig.lapidary('run', 'p.yaml');
  git(rig, 'add', '.');
  git(rig, 'commit', '-qm', 'one');
  git(rig, 'switch', '-qc', 'other');
  rig.write('p.yaml', chain.replace('one', 'two'));
  await rig.lapidary('run', 'p.yaml');
  git(rig, 'commit', '-qam', 'two');
  git(rig, 'switch', '-q', 'main');
  await run(rig, 'three');
  await run(rig, 'four');

  const dry = JSON.parse((await rig.lapidary('gc', '--keep-runs', '1', '--grace', '0', '--dry-run', '--json')).stdout);
  // Beside the two outputs, the changes that the tree had when they were made.
  t.match(dry, { traces: 2, objects: 3, keptRuns: 1, lockFiles: 3, overQuota: false });
  const text = (await rig.lapidary('gc', '--keep-runs', '1', '--grace', '0')).stdout;
  t.match(text, /removed 2 results, 3 objects \(\d+ B\)/);
  t.same(await run(rig, 'one'), { a: 'cached', b: 'cached' }, 'in the work tree');
  t.same(await run(rig, 'two'), { a: 'cached', b: 'cached' }, 'on another branch');
  t.same(await run(rig, 'four'), { a: 'cached', b: 'cached' }, 'the last run');
  t.same(await run(rig, 'three'), { a: 'executed', b: 'executed' });

  await rig.lapidary('gc', '--keep-runs', '0');
  t.same(await run(rig, 'three'), { a: 'cached', b: 'cached' }, 'a day of grace');
});

t.test('gc gives up past runs for the quota, oldest first', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', chain);
  for (const word of ['a'.repeat(3000), 'b'.repeat(3000), 'c'.repeat(3000)]) await run(rig, word);
  const collected = JSON.parse((await rig.lapidary('gc', '--grace', '0', '--quota', '7kB', '--json')).stdout);
  t.match(collected, { keptRuns: 2, overQuota: false });
  t.same(await run(rig, 'c'.repeat(3000)), { a: 'cached', b: 'cached' });
  t.same(await run(rig, 'a'.repeat(3000)), { a: 'executed', b: 'executed' });
  t.match(await rig.lapidary('gc', '--quota', '10 apples'), { exitCode: 2, stderr: /--quota takes a number/ });
  t.match(await rig.lapidary('gc', '--keep-runs', 'x'), { exitCode: 2, stderr: /whole number/ });
});

t.test('verify finds damage, --repair removes it, and the next run mends it', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', chain);
  await run(rig, 'one');
  t.match(await rig.lapidary('verify'), { exitCode: 0, stdout: /sound/ });
  const objects = join(rig.directory, '.lapidary', 'objects');
  const name = readdirSync(objects, { recursive: true }).map(String);
  const victim = name
    .map((each) => join(objects, each))
    .find((path) => /[0-9a-f]{64}$/.test(path) && readFileSync(path, 'utf8') === 'one')!;
  chmodSync(victim, 0o644);
  writeFileSync(victim, 'eno');
  t.match(await rig.lapidary('verify'), { exitCode: 1, stdout: /corrupt/ });
  t.match(JSON.parse((await rig.lapidary('verify', '--repair', '--json')).stdout), {
    problems: [{ problem: 'corrupt', path: victim }],
    repaired: true,
  });
  t.notOk(existsSync(victim));
  t.same(await run(rig, 'one'), { a: 'executed', b: 'cached' });
  t.match(await rig.lapidary('verify'), { exitCode: 0 });
});

t.test('restore brings back any output of any run', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', chain);
  await run(rig, 'one');
  await run(rig, 'two');
  t.match(await rig.lapidary('restore', 'a'), { exitCode: 0 });
  t.equal(rig.read('a'), 'two');
  t.match(await rig.lapidary('restore', 'a'), { exitCode: 2, stderr: /is there already/ });
  const [, first] = JSON.parse((await rig.lapidary('runs', '--json')).stdout);
  await rig.lapidary('restore', 'a.out', '--run', first.run, '-o', 'old/a.txt');
  t.equal(rig.read('old/a.txt'), 'one');
  rig.write('old/a.txt', 'mine');
  await rig.lapidary('restore', 'a', '--run', first.run, '-o', 'old/a.txt', '--force');
  t.equal(rig.read('old/a.txt'), 'one', 'an edit of what was restored did not reach the store');
  const { digest } = JSON.parse((await rig.lapidary('restore', 'b', '-o', 'b', '--json')).stdout);
  await rig.lapidary('restore', digest, '-o', 'again');
  t.equal(rig.read('again'), rig.read('b'));
  t.match(await rig.lapidary('restore', 'aa'), { exitCode: 2, stderr: /no node aa/ });
  t.match(await rig.lapidary('restore', 'a.in', '-o', 'x'), { exitCode: 2, stderr: /no output in; it has out/ });
});

t.test('diff tells what two runs do not have in common', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', chain);
  t.match(await rig.lapidary('diff'), { exitCode: 2, stderr: /no run is recorded/ });
  await run(rig, 'one');
  t.match(await rig.lapidary('diff'), { exitCode: 2, stderr: /no earlier run of p\.yaml/ });
  await run(rig, 'ones');
  const difference = JSON.parse((await rig.lapidary('diff', '--json')).stdout);
  t.match(difference, {
    params: { word: { before: 'one', after: 'ones' } },
    nodes: {
      a: { change: 'changed', reasons: [{ because: 'config', pointer: '/text', before: 'one', after: 'ones' }] },
      b: { change: 'changed', reasons: [{ because: 'input', port: 'parts' }], outputs: [] },
    },
    metrics: { a: { length: { before: 3, after: 4 } } },
  });
  t.same(difference.nodes.a.outputs, ['out']);
  const { stdout } = await rig.lapidary('diff');
  t.match(stdout, /word\s+"one"\s+→\s+"ones"/);
  t.match(stdout, /a\s+length\s+3\s+→\s+4\s+\+1/);
  t.match(stdout, /its outputs are the same/);
  const [last, first] = JSON.parse((await rig.lapidary('runs', '--json')).stdout);
  const backwards = JSON.parse((await rig.lapidary('diff', last.run, first.run, '--json')).stdout);
  t.match(backwards.params, { word: { before: 'ones', after: 'one' } });
  rig.write('p.yaml', chain.replace('  b:', '  bb:'));
  await run(rig, 'one');
  t.match(JSON.parse((await rig.lapidary('diff', first.run, '--json')).stdout).nodes, {
    a: { change: 'same', reasons: [], outputs: [] },
    b: { change: 'removed' },
    bb: { change: 'added' },
  });
});

t.test('gc forgets code that nothing has loaded for a week', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', 'name: p\nnodes: { a: { uses: fake.text, with: { text: a } } }\n');
  await rig.lapidary('run', 'p.yaml');
  rig.write('.lapidary/code/old.mjs', '');
  rig.write('.lapidary/code/new.mjs', '');
  const longAgo = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
  utimesSync(rig.path('.lapidary/code/old.mjs'), longAgo, longAgo);
  await rig.lapidary('gc', '--grace', '0');
  t.same(readdirSync(rig.path('.lapidary/code')), ['new.mjs']);
});
