/** Several runs, and the garbage collector, at once on one store. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openRemote } from '../fake/remote.js';
import { makeRig, type Rig, statuses } from '../fake/rig.js';
import { isLong } from './length.js';

const wide = (round: number) => `name: wide
nodes:
${Array.from({ length: 6 }, (_, i) => `  a${i}: { uses: fake.text, with: { text: "${round} ${i}" } }`).join('\n')}
  all: { uses: fake.concat, inputs: { parts: [a0, a1, a2, a3, a4, a5] } }
  end: { uses: fake.concat, inputs: { parts: [all, a0] } }
`;

for (const runs of [2, 8]) {
  t.test(`${runs} runs at once share the work, and all succeed`, async (t) => {
    const rig = makeRig(t);
    for (let round = 0; round < (isLong ? 10 : 1); round++) {
      rig.write('p.yaml', wide(round));
      const outcomes = await Promise.all(Array.from({ length: runs }, () => rig.lapidary('run', 'p.yaml', '--json')));
      const executed = outcomes.map((outcome) => {
        t.equal(outcome.exitCode, 0, outcome.stdout + outcome.stderr);
        return (outcome.events.at(-1)!.counts as { executed: number }).executed;
      });
      t.equal(
        executed.reduce((sum, each) => sum + each),
        8,
        'each node is executed once, by one of them',
      );
      const digests = outcomes.map(({ events }) =>
        JSON.stringify(
          events
            .filter(({ outputs }) => outputs)
            .map(({ node, outputs }) => [node, outputs])
            .sort(),
        ),
      );
      t.equal(new Set(digests).size, 1, 'all have the same results');
    }
    t.equal((await rig.lapidary('verify')).exitCode, 0);
    t.same(readdirSync(rig.path('.lapidary/tmp')), []);
    t.same(readdirSync(rig.path('.lapidary/locks')), []);
  });
}

t.test('gc takes nothing from a run that goes on', async (t) => {
  const remote = await openRemote();
  t.teardown(() => remote.close());
  const rig = makeRig(t, remote.environment);
  rig.write(
    'p.yaml',
    `name: p
nodes:
  first: { uses: fake.text, with: { text: first } }
  held: { uses: fake.remote, inputs: { parts: first }, with: { name: held } }
  last: { uses: fake.concat, inputs: { parts: [first, held] } }
`,
  );
  const running = rig.start('run', 'p.yaml', '--json');
  const held = await remote.next('held');
  held.tell({ do: 'checkpoint', text: 'half way' });
  await held.checkpointed;
  const gc = await rig.lapidary('gc', '--keep-runs', '0', '--grace', '0', '--json');
  t.match(JSON.parse(gc.stdout), { objects: 0, traces: 0, scratch: 0 }, 'neither results nor the checkpoint');
  held.tell({ do: 'succeed' });
  t.equal((await running).exitCode, 0);
  const { a: _, ...again } = statuses(await rig.lapidary('run', 'p.yaml', '--json'));
  t.same(again, { first: 'cached', held: 'cached', last: 'cached' });
  const after = JSON.parse((await rig.lapidary('gc', '--keep-runs', '0', '--grace', '0', '--json')).stdout);
  t.match(after, { objects: 0, traces: 0 }, 'the lock file names them');
});

t.test('gc again and again beside runs, with a short grace', async (t) => {
  const rig = makeRig(t);
  const collected: number[] = [];
  let over = false;
  const collecting = (async () => {
    while (!over) {
      const { exitCode, stdout, stderr } = await rig.lapidary('gc', '--keep-runs', '0', '--grace', '30s', '--json');
      t.equal(exitCode, 0, stderr);
      collected.push(JSON.parse(stdout).kept_bytes);
    }
  })();
  for (let round = 0; round < (isLong ? 40 : 3); round++) {
    rig.write('p.yaml', wide(round));
    const outcome = await rig.lapidary('run', 'p.yaml', '--json');
    t.equal(outcome.exitCode, 0, outcome.stdout + outcome.stderr);
  }
  over = true;
  await collecting;
  t.ok(collected.length > 1);
  t.equal((await rig.lapidary('verify')).exitCode, 0);
});

t.test('a store on a file system that is mounted read-only', { skip: whyNotMount() }, async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', wide(0));
  await rig.lapidary('run', 'p.yaml');
  const store = rig.path('.lapidary');
  mount('--bind', store, store);
  t.teardown(() => mount('--umount', store));
  mount('-o', 'remount,bind,ro', store);
  // Without it nothing names the results, and there is something to collect.
  rmSync(rig.path('p.lock.json'));
  for (const words of [['plan', 'p.yaml'], ['runs'], ['show'], ['metrics'], ['verify'], ['explain', 'all', 'p.yaml']]) {
    const { exitCode, stderr } = await rig.lapidary(...words);
    t.equal(exitCode, 0, `${words.join(' ')} only reads ${stderr}`);
  }
  t.match((await rig.lapidary('restore', 'all', '-o', 'all.txt')).exitCode, 0);
  for (const words of [
    ['run', 'p.yaml'],
    ['gc', '--grace', '0', '--keep-runs', '0'],
    ['reproduce', await experiment(rig)],
  ]) {
    const { exitCode, stderr } = await rig.lapidary(...words);
    t.equal(exitCode, 1, words.join(' '));
    t.match(stderr, /store-not-writable[\s\S]*LAPIDARY_HOME/, `${words[0]} says what is wrong`);
  }
});

async function experiment(rig: Rig): Promise<string> {
  return JSON.parse((await rig.lapidary('runs', '--json')).stdout)[0].experiment;
}

function mount(...words: string[]): void {
  const [program, args] = words[0] === '--umount' ? ['umount', ['--lazy', ...words.slice(1)]] : ['mount', words];
  execFileSync(program as string, args as string[], { stdio: 'ignore' });
}

function whyNotMount(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it mounts a folder, which takes root';
  const probe = mkdtempSync(join(tmpdir(), 'lapidary-mount-'));
  try {
    mount('--bind', probe, probe);
    mount('--umount', probe);
    return false;
  } catch {
    return 'this root may not mount';
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
