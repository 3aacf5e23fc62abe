/** Old results, executed again: what comes back, and what each verdict says. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { makeRig, type Rig } from '../fake/rig.js';

const pipeline = `name: p
nodes:
  a: { uses: fake.read, with: { path: "*.txt" } }
  b: { uses: fake.concat, inputs: { parts: a } }
`;

const git = (rig: Rig, ...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
    cwd: rig.directory,
    stdio: 'pipe',
    encoding: 'utf8',
  }).trim();

async function experimentOf(rig: Rig, file = 'p.yaml'): Promise<string> {
  const run = await rig.lapidary('run', file, '--json');
  if (run.exitCode !== 0) throw new Error(run.stdout + run.stderr);
  return String(run.events.at(-1)!.experiment);
}

async function verdicts(rig: Rig, hash: string) {
  const outcome = await rig.lapidary('reproduce', hash, '--json');
  return { exitCode: outcome.exitCode, stderr: outcome.stderr, ...JSON.parse(outcome.stdout || '{}') };
}

const identical = { a: { verdict: 'identical' }, b: { verdict: 'identical' } };

t.test('data that was edited, added and removed since comes back', async (t) => {
  const rig = makeRig(t);
  rig.write('one.txt', 'one');
  rig.write('two.txt', 'two');
  rig.write('sub/p.yaml', pipeline.replace('*.txt', '../*.txt'));
  const experiment = await experimentOf(rig, 'sub/p.yaml');
  rig.write('one.txt', 'ONE');
  rig.write('three.txt', 'three');
  rmSync(rig.path('two.txt'));
  rig.write('sub/p.yaml', 'name: p\nnodes: {}\n');
  // Outside git, the project is the folder that a command is called in.
  const at = resolve('dist/test/engine/fake/main.js');
  const { stdout, exitCode } = execaSync(process.execPath, [at, 'reproduce', experiment, '--json'], {
    cwd: rig.path('sub'),
    env: { LAPIDARY_HOME: rig.path('.lapidary') },
    reject: false,
  });
  t.equal(exitCode, 0);
  t.match(JSON.parse(stdout), { reproduced: true, nodes: identical });
  t.same(readdirSync(rig.path('.lapidary/tmp')), [], 'nothing is left');
  t.notOk(existsSync(rig.path('.lapidary/reproduced')));
});

t.test('in git: the commit, the changes that it had then, and untracked data', async (t) => {
  const rig = makeRig(t);
  git(rig, 'init', '-q', '-b', 'main');
  rig.write('one.txt', 'committed\n');
  rig.write('gone.txt', 'committed');
  rig.write('latin1.txt', 'x');
  rig.write('p.yaml', pipeline);
  git(rig, 'add', '.');
  git(rig, 'commit', '-qm', 'one');
  rig.write('one.txt', 'changed\n');
  rmSync(rig.path('gone.txt'));
  rig.write('untracked.txt', 'untracked');
  const experiment = await experimentOf(rig);
  git(rig, 'add', '.');
  git(rig, 'commit', '-qm', 'two');
  rig.write('p.yaml', `# another\n${pipeline}`);
  for (const name of ['one.txt', 'untracked.txt', 'latin1.txt']) rig.write(name, 'later');
  rig.write('gone.txt', 'back');
  const before = git(rig, 'status', '--porcelain');
  t.match(await verdicts(rig, experiment), { exitCode: 0, reproduced: true, nodes: identical });
  t.equal(git(rig, 'status', '--porcelain'), before, 'the work tree and its index are as they were');
});

t.test('a commit and a file, on a machine that never ran it', async (t) => {
  const rig = makeRig(t);
  git(rig, 'init', '-q', '-b', 'main');
  rig.write('one.txt', 'one');
  rig.write('sub/p.yaml', pipeline.replace('*.txt', '../*.txt'));
  const experiment = await experimentOf(rig, 'sub/p.yaml');
  git(rig, 'add', '.');
  git(rig, 'commit', '-qm', 'one');
  const commit = git(rig, 'rev-parse', 'HEAD');
  rig.write('one.txt', 'two');
  git(rig, 'commit', '-qam', 'two');
  rmSync(rig.path('.lapidary'), { recursive: true });
  const expected = { exitCode: 0, experiment, reproduced: true, nodes: identical };
  t.match(await verdicts(rig, `${commit.slice(0, 10)}:sub/p.yaml`), expected);
  t.match(await verdicts(rig, 'HEAD~1:./sub/p.yaml'), expected);
  t.match(await verdicts(rig, experiment.slice(0, 12)), expected, 'the experiment is found in the lock files of git');
  t.match(await verdicts(rig, 'HEAD:sub/p.yaml'), {
    exitCode: 1,
    reproduced: false,
    nodes: { a: { verdict: 'different', outputs: [{ output: 'out', detail: /the old content no more/ }] } },
  });
  t.match(await verdicts(rig, 'main:q.yaml'), { exitCode: 2, diagnostics: [{ message: /has no file `q\.yaml`/ }] });
  t.match(await verdicts(rig, 'nowhere:p.yaml'), { exitCode: 2, stderr: /no commit nowhere/ });
  rig.write('alone.yaml', pipeline);
  git(rig, 'add', 'alone.yaml');
  git(rig, 'commit', '-qm', 'three');
  t.match(await verdicts(rig, 'HEAD:alone.yaml'), { exitCode: 2, diagnostics: [{ message: /no readable lock file/ }] });
});

t.test('what cannot be brought back is named', async (t) => {
  const rig = makeRig(t);
  rig.write('one.txt', 'one');
  rig.write('p.yaml', pipeline);
  const experiment = await experimentOf(rig);
  rig.write('one.txt', 'two');
  const objects = rig.path('.lapidary/objects');
  for (const shard of readdirSync(objects)) rmSync(`${objects}/${shard}`, { recursive: true });
  const { exitCode, nodes } = await verdicts(rig, experiment);
  t.equal(exitCode, 1);
  t.match(nodes.a, {
    verdict: 'not-reproducible',
    because: [/one\.txt was edited, and neither git nor the store has it as it was \(sha256:/],
  });
  t.match(nodes.b, { verdict: 'different', inputs: ['parts'] });
});

t.test('what differs: the row, the value, the metric, and by how much', async (t) => {
  const rig = makeRig(t);
  const leak = rig.path('hidden');
  const yaml = (tolerance: string) => `name: p
nodes:
  a: { uses: fake.leaky, with: { path: ${leak} }${tolerance} }
  b: { uses: fake.concat, inputs: { parts: a } }
`;
  rig.write('hidden', '{"x":1}\n{"x":{"y":[1,2]}}\n0.5\n');
  rig.write('p.yaml', yaml(''));
  const strict = await experimentOf(rig);
  rig.write('p.yaml', yaml(', tolerance: { value: { absolute: 0.01, relative: 0.1 } }'));
  t.equal(await experimentOf(rig), strict, 'a tolerance is no part of the experiment');
  const [tolerant, exact] = JSON.parse((await rig.lapidary('runs', '--json')).stdout).map(
    ({ run }: { run: string }) => run,
  );
  rig.write('hidden', '{"x":1}\n{"x":{"y":[1,3]}}\n0.56\n');
  const { exitCode, nodes, keptAt } = await verdicts(rig, exact);
  t.equal(exitCode, 1);
  t.match(nodes.a, {
    verdict: 'different',
    metrics: [{ metric: 'value', before: 0.5, after: 0.56 }],
    outputs: [{ output: 'out', detail: 'row 2: x.y.1: 2 → 3 (+1); 2 of 3 rows differ' }],
  });
  t.match(nodes.b, { verdict: 'different', inputs: ['parts'] });
  t.ok(existsSync(`${keptAt}/objects`), 'the new outputs can be looked at');
  t.match((await rig.lapidary('reproduce', exact)).stdout, /a {2}different {2}value 0\.5 → 0\.56 \(\+0\.06000\)/);

  rig.write('hidden', '{"x":1}\n{"x":{"y":[1,2]}}\n0.559\n');
  t.match((await verdicts(rig, tolerant)).nodes.a, { verdict: 'within-tolerance', metrics: [{ metric: 'value' }] });
  rig.write('hidden', '{"x":1}\n{"x":{"y":[1,2]}}\n0.561\n');
  t.match((await verdicts(rig, tolerant)).nodes.a, { verdict: 'different' }, 'beyond 0.01 + 0.1 · 0.5');
  rig.write('hidden', 'not there');
  t.match((await verdicts(rig, tolerant)).nodes, {
    a: { verdict: 'not-finished', because: /value is NaN/ },
    b: { verdict: 'not-finished', because: 'it needs a' },
  });
});

/** A user who owns nothing. */
const nobody = 65534;

function whyNotTwoUsers(): string | false {
  if (process.getuid?.() !== 0) return 'it takes root to be another user';
  const main = resolve('dist/test/engine/fake/main.js');
  const probe = execaSync(process.execPath, [main, '--version'], { uid: nobody, gid: nobody, cwd: '/', reject: false });
  return probe.exitCode === 0 ? false : 'another user may not read the program here';
}

t.test('two users', { skip: whyNotTwoUsers() }, async (t) => {
  const rig = makeRig(t);
  rig.write('one.txt', 'one');
  rig.write('p.yaml', pipeline);
  const experiment = await experimentOf(rig);
  const other = makeRig(t);
  mkdirSync(other.path('home'));
  other.write('one.txt', 'one');
  other.write('p.yaml', pipeline);
  for (const path of ['.', 'home', 'one.txt', 'p.yaml']) execFileSync('chown', [String(nobody), other.path(path)]);
  chmodSync(other.directory, 0o700);
  const main = resolve('dist/test/engine/fake/main.js');
  const { stdout } = execaSync(process.execPath, [main, 'run', 'p.yaml', '--json'], {
    cwd: other.directory,
    env: { LAPIDARY_HOME: other.path('.lapidary'), HOME: other.path('home'), LOGNAME: 'nobody', TZ: 'Asia/Tokyo' },
    uid: nobody,
    gid: nobody,
    reject: false,
  });
  t.match(JSON.parse(String(stdout).split('\n').at(-1)!), { status: 'done', experiment, counts: { executed: 2 } });
});
