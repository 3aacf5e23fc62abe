/** The command line from outside: real processes, real files, fake kinds. */
import t from 'tap';
import { makeRig, statuses } from './fake/rig.js';

const chain = `name: chain
params: { word: one }
nodes:
  a: { uses: fake.text, with: { text: "\${params.word}" } }
  b: { uses: fake.concat, inputs: { parts: [a] }, with: { suffix: "!", keep: 2 } }
  c: { uses: fake.concat, inputs: { parts: [b, a.out] } }
`;

t.test('run, run again, edit one line', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', chain);
  const first = await rig.lapidary('run', 'p.yaml', '--json');
  t.equal(first.exitCode, 0, first.stderr);
  t.same(statuses(first), { a: 'executed', b: 'executed', c: 'executed' });
  const last = first.events.at(-1)!;
  t.match(last, { event: 'run.finished', status: 'done', counts: { executed: 3, cached: 0, failed: 0, skipped: 0 } });

  const record = JSON.parse((await rig.lapidary('show', '--json')).stdout);
  t.same(record.nodes.c.inputs, { parts: ['b.out', 'a.out'] }, 'the record tells what was wired');

  const second = await rig.lapidary('run', 'p.yaml', '--json');
  t.same(statuses(second), { a: 'cached', b: 'cached', c: 'cached' });
  t.equal(second.events.at(-1)!.experiment, last.experiment);

  rig.write('p.yaml', `# a comment\n${chain.replace('"!"', "'!'")}`);
  t.same(
    statuses(await rig.lapidary('run', 'p.yaml', '--json')),
    { a: 'cached', b: 'cached', c: 'cached' },
    'comments and quotes rerun nothing',
  );

  rig.write('p.yaml', chain.replace('"!"', '"?"'));
  const edited = await rig.lapidary('run', 'p.yaml', '--json');
  t.same(statuses(edited), { a: 'cached', b: 'executed', c: 'cached' }, 'b yields the same bytes, so c does not run');

  rig.write('p.yaml', chain.replace('one', 'two'));
  const plan = JSON.parse((await rig.lapidary('plan', 'p.yaml', '--json')).stdout);
  t.same(
    plan.nodes.map(({ id, action }: { id: string; action: string }) => [id, action]),
    [
      ['a', 'run'],
      ['b', 'unknown'],
      ['c', 'unknown'],
    ],
  );
  t.match(plan.nodes[0].reasons, [
    { because: 'config', pointer: '/text', before: 'one', after: 'two', parameter: 'word', place: { line: 2 } },
  ]);
  t.match(plan.nodes[0].key, /^[0-9a-f]{64}$/);
  const both = await rig.lapidary('run', 'p.yaml', '--json');
  t.equal(both.events.at(-1)!.experiment, plan.experiment, 'plan and run name the same experiment');
  t.same(
    (both.events.find(({ event }) => event === 'node.started') as { reasons: unknown }).reasons,
    plan.nodes[0].reasons,
  );
});

t.test('the text for people', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', chain);
  const plan = await rig.lapidary('plan', 'p.yaml');
  t.match(plan.stdout, /run\s+a\s+fake\.text\n\s+it has not run before/);
  t.match(plan.stdout, /depends\s+b/);
  const run = await rig.lapidary('run', 'p.yaml');
  t.match(run.stdout, /✓ a .*length 3/);
  t.match(run.stdout, /c: joined\non\|one/, 'the last node shows what it has to show');
  t.notMatch(run.stdout, /b: joined/);
  t.match(run.stdout, /wrote p\.lock\.json/);
  const again = await rig.lapidary('run', 'p.yaml');
  t.match(again.stdout, /= a .*cached/);
  t.match(again.stdout, /c: joined\non\|one/, 'also from the cache');
  t.match((await rig.lapidary('explain', 'b', 'p.yaml')).stdout, /cached\s+b[\s\S]*"suffix": "!"/);
  const unknown = await rig.lapidary('explain', 'bb', 'p.yaml');
  t.equal(unknown.exitCode, 2);
  t.match(unknown.stderr, /no node bb; did you mean b\?/);
});

t.test('runs, show, metrics, graph, kinds, doctor', async (t) => {
  const rig = makeRig(t);
  t.match(await rig.lapidary('show'), { exitCode: 2, stderr: /no run is recorded/ });
  rig.write('p.yaml', chain);
  await rig.lapidary('run', 'p.yaml');
  await rig.lapidary('run', 'p.yaml', '-p', 'word=three');
  const runs = JSON.parse((await rig.lapidary('runs', '--json')).stdout);
  t.equal(runs.length, 2);
  t.match(runs[0], { status: 'done', overrides: { word: 'three' }, executed: 3 });
  t.equal(JSON.parse((await rig.lapidary('runs', '--json', '-n', '1')).stdout).length, 1);
  t.same(JSON.parse((await rig.lapidary('metrics', '--json')).stdout), {
    a: { length: 5 },
    b: { length: 6 },
    c: { length: 8 },
  });
  t.same(JSON.parse((await rig.lapidary('metrics', runs[1].run, '--json')).stdout).a, { length: 3 });
  t.match((await rig.lapidary('show', runs[1].experiment.slice(0, 10))).stdout, new RegExp(runs[1].run));
  t.equal(JSON.parse((await rig.lapidary('show', '--json')).stdout).params.word, 'three');
  t.match((await rig.lapidary('graph', 'p.yaml')).stdout, /^(graph|flowchart) /);
  t.match((await rig.lapidary('graph', 'p.yaml', '--format', 'dot')).stdout, /^digraph /);
  t.equal(JSON.parse((await rig.lapidary('graph', 'p.yaml', '--json')).stdout).edges.length, 3);
  t.match((await rig.lapidary('kinds')).stdout, /fake\.text/);
  t.match((await rig.lapidary('kinds', 'fake.concat')).stdout, /keep\s+integer\s+default 1000/);
  t.match(await rig.lapidary('kinds', 'fake.concatt'), { exitCode: 2, stderr: /did you mean fake\.concat\?/ });
  t.match(JSON.parse((await rig.lapidary('doctor', '--json')).stdout), {
    devices: [{ name: 'fake', available: true }],
  });
});

t.test('the command line itself', async (t) => {
  const rig = makeRig(t);
  t.match(await rig.lapidary('--version'), { exitCode: 0, stdout: /^\d+\.\d+\.\d+$/ });
  t.match(await rig.lapidary('--help'), { exitCode: 0, stdout: /reproduce/ });
  t.match(await rig.lapidary('frobnicate'), { exitCode: 2 });
  t.match(await rig.lapidary('run'), { exitCode: 2, stderr: /name a pipeline file/ });
  t.match(await rig.lapidary('run', 'p.yaml', '--device', 'abacus'), { exitCode: 2, stderr: /no device abacus/ });
  t.match(await rig.lapidary('run', 'p.yaml', '-p', 'x'), { exitCode: 2, stderr: /name=value/ });
});

t.test('a wrong pipeline: every error, exit code 2, no work', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', chain.replace('fake.text', 'fake.txt').replace('keep: 2', 'kepp: 2'));
  for (const command of ['check', 'plan', 'run', 'graph']) {
    const outcome = await rig.lapidary(command, 'p.yaml');
    t.equal(outcome.exitCode, 2, command);
    t.match(outcome.stderr, /fake\.txt[\s\S]*fake\.text[\s\S]*kepp[\s\S]*keep[\s\S]*2 errors/);
  }
  const { diagnostics } = JSON.parse((await rig.lapidary('run', 'p.yaml', '--json')).stdout);
  t.match(diagnostics, [
    { code: 'unknown-kind', location: { line: 4 } },
    { code: 'unknown-key', location: { line: 5 } },
  ]);
});

t.test('a parameter on the command line', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', chain);
  t.match(await rig.lapidary('run', 'p.yaml', '-p', 'wrd=x'), { exitCode: 2, stderr: /word/ });
  await rig.lapidary('run', 'p.yaml', '-p', 'word=x');
  t.throws(() => rig.read('p.lock.json'), 'such a run is not what the file declares, and leaves its lock alone');
});

t.test('the lock file, and --frozen', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', chain);
  t.match(await rig.lapidary('run', 'p.yaml', '--frozen'), { exitCode: 2, stderr: /no readable lock file/ });
  await rig.lapidary('run', 'p.yaml');
  const lock = JSON.parse(rig.read('p.lock.json'));
  t.same(Object.keys(lock.nodes), ['a', 'b', 'c']);
  t.match(lock.nodes.a.outputs.out, /^sha256:/);
  t.equal((await rig.lapidary('run', 'p.yaml', '--frozen')).exitCode, 0);
  rig.write('p.yaml', chain.replace('one', 'two'));
  const changed = await rig.lapidary('run', 'p.yaml', '--frozen');
  t.match(changed, { exitCode: 2, stderr: /node a has changed/ });
  rig.write('p.yaml', chain);
  lock.nodes.b.outputs.out = `sha256:${'0'.repeat(64)}`;
  rig.write('p.lock.json', JSON.stringify(lock));
  t.match(await rig.lapidary('run', 'p.yaml', '--frozen'), { exitCode: 1, stdout: /frozen-output-differs/ });
});

t.test('reproduce executes everything again and compares', async (t) => {
  const rig = makeRig(t);
  rig.write('data.txt', 'hello');
  rig.write(
    'p.yaml',
    'name: p\nnodes:\n  a: { uses: fake.read, with: { path: data.txt } }\n  b: { uses: fake.concat, inputs: { parts: a } }\n',
  );
  const run = await rig.lapidary('run', 'p.yaml', '--json');
  const experiment = String(run.events.at(-1)!.experiment);
  const good = await rig.lapidary('reproduce', experiment.slice(0, 12), '--json');
  t.equal(good.exitCode, 0, good.stderr);
  t.match(JSON.parse(good.stdout), {
    reproduced: true,
    experiment,
    nodes: { a: { verdict: 'identical' }, b: { verdict: 'identical' } },
  });

  rig.write('p.yaml', 'name: other\nnodes: { z: { uses: fake.text, with: { text: z } } }\n');
  t.equal((await rig.lapidary('reproduce', experiment)).exitCode, 0, 'the record holds the pipeline as it was');

  t.match(await rig.lapidary('reproduce', 'ffffffff'), { exitCode: 2, stderr: /no run of the hash/ });
  t.match(await rig.lapidary('reproduce', 'xyz'), { exitCode: 2, stderr: /is no hash/ });
});

t.test('a node that claims to be done is not believed', async (t) => {
  const rig = makeRig(t);
  rig.write(
    'p.yaml',
    'name: p\nnodes: { a: { uses: fake.forgetful }, b: { uses: fake.forgetful, with: { metric: true } } }\n',
  );
  const outcome = await rig.lapidary('run', 'p.yaml');
  t.equal(outcome.exitCode, 1);
  t.match(outcome.stdout, /did not write its output out/);
  t.match(outcome.stdout, /metric-not-finite.*loss is NaN/);
});

t.test('the device counts only where a node says so', async (t) => {
  const rig = makeRig(t);
  rig.write(
    'p.yaml',
    `name: p
nodes:
  any: { uses: fake.text, with: { text: a } }
  same: { uses: fake.text, with: { text: b }, cache: { match_device: true } }
`,
  );
  await rig.lapidary('run', 'p.yaml');
  t.same(
    statuses(await rig.lapidary('run', 'p.yaml', '--json', '--device', 'fake')),
    { any: 'cached', same: 'cached' },
    'auto is that device here',
  );
  const other = await rig.lapidary('plan', 'p.yaml', '--json', '--device', 'other');
  t.match(JSON.parse(other.stdout).nodes, [
    { id: 'any', action: 'hit' },
    { id: 'same', action: 'run', reasons: [{ because: 'device', before: 'fake', after: 'other' }] },
  ]);
});
