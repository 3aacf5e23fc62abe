/** Nodes in processes of their own: parallel, failing, killed, interrupted, resumed. Driven by the test, no sleeps. */
import t from 'tap';
import { openRemote } from './fake/remote.js';
import { lineReader, makeRig, statuses } from './fake/rig.js';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const two = `name: two
nodes:
  a: { uses: fake.remote, with: { name: a } }
  b: { uses: fake.remote, with: { name: b } }
  c: { uses: fake.concat, inputs: { parts: [a, b] } }
  d: { uses: fake.text, with: { text: free } }
`;

async function setUp(t: Parameters<typeof makeRig>[0], pipeline: string) {
  const remote = await openRemote();
  t.teardown(() => remote.close());
  const rig = makeRig(t, remote.environment);
  rig.write('p.yaml', pipeline);
  return { remote, rig };
}

t.test('a failure skips what needs it, and nothing else', async (t) => {
  const { remote, rig } = await setUp(t, two);
  const run = rig.lapidary('run', 'p.yaml', '--json');
  (await remote.next('a')).tell({ do: 'fail', message: 'no luck' });
  (await remote.next('b')).tell({ do: 'succeed' });
  const outcome = await run;
  t.equal(outcome.exitCode, 1);
  t.same(statuses(outcome), { a: 'failed', b: 'executed', c: 'skipped', d: 'executed' });
  const failed = outcome.events.find(({ status }) => status === 'failed');
  t.match(failed, { failure: { code: 'told-to-fail', message: 'no luck', hint: 'Tell it to succeed.' } });

  const again = rig.lapidary('run', 'p.yaml', '--json');
  (await remote.next('a')).tell({ do: 'succeed' });
  t.same(
    statuses(await again),
    { a: 'executed', b: 'cached', c: 'executed', d: 'cached' },
    'what was finished is kept',
  );
});

t.test('a bug in a kind is shown with its stack', async (t) => {
  const { remote, rig } = await setUp(t, 'name: p\nnodes: { a: { uses: fake.remote, with: { name: a } } }\n');
  const run = rig.lapidary('run', 'p.yaml');
  (await remote.next('a')).tell({ do: 'throw' });
  t.match((await run).stdout, /error\[internal-error\] a: a bug[\s\S]*TypeError: a bug\n\s+at /);
});

t.test('a worker that the kernel kills fails its node, and the next run goes on', async (t) => {
  const { remote, rig } = await setUp(t, two);
  const run = rig.lapidary('run', 'p.yaml', '--json');
  const a = await remote.next('a');
  a.tell({ do: 'checkpoint', text: 'half way' });
  await a.checkpointed;
  process.kill(a.pid, 'SIGKILL');
  (await remote.next('b')).tell({ do: 'succeed' });
  const outcome = await run;
  t.equal(outcome.exitCode, 1);
  t.match(
    outcome.events.find(({ status }) => status === 'failed'),
    { node: 'a', failure: { code: 'worker-killed', hint: /memory/ } },
  );

  const again = rig.lapidary('run', 'p.yaml', '--json');
  const resumed = await remote.next('a');
  t.equal(resumed.resumed, 'half way', 'its scratch outlived it');
  resumed.tell({ do: 'succeed' });
  t.same(statuses(await again), { a: 'executed', b: 'cached', c: 'executed', d: 'cached' });
});

t.test('Ctrl-C: every node leaves after its checkpoint, no process stays, the next run continues', async (t) => {
  const { remote, rig } = await setUp(t, two);
  const run = rig.start('run', 'p.yaml', '--json');
  const a = await remote.next('a');
  const b = await remote.next('b');
  a.tell({ do: 'checkpoint', text: 'a1' });
  await a.checkpointed;
  const began = Date.now();
  run.kill('SIGINT');
  const outcome = await run;
  t.ok(Date.now() - began < 5000, 'within five seconds');
  t.equal(outcome.exitCode, 130);
  t.match(String(outcome.stdout), /"status":"interrupted"/);
  await Promise.all([a.ended, b.ended]);
  t.notOk(isAlive(a.pid) || isAlive(b.pid), 'no child is left');
  t.match(JSON.parse((await rig.lapidary('show', '--json')).stdout), {
    status: 'interrupted',
    nodes: { a: { status: 'stopped' }, c: { status: 'skipped' } },
  });

  const again = rig.lapidary('run', 'p.yaml', '--json');
  const resumed = await remote.next('a');
  t.equal(resumed.resumed, 'a1');
  resumed.tell({ do: 'succeed' });
  (await remote.next('b')).tell({ do: 'succeed' });
  t.equal((await again).exitCode, 0);
});

t.test('when the engine is killed, its workers go too, and nothing that was finished is lost', async (t) => {
  const { remote, rig } = await setUp(t, two);
  const run = rig.start('run', 'p.yaml', '--json');
  (await remote.next('a')).tell({ do: 'succeed' });
  await lineReader(run)(/"node.finished".*"node":"a"/);
  const b = await remote.next('b');
  run.kill('SIGKILL');
  await run;
  await b.ended;
  const show = JSON.parse((await rig.lapidary('runs', '--json')).stdout);
  t.equal(show[0].status, 'killed');
  const again = rig.lapidary('run', 'p.yaml', '--json');
  (await remote.next('b')).tell({ do: 'succeed' });
  t.match(statuses(await again), { a: 'cached', b: 'executed', c: 'executed' });
});

t.test('two runs of the same pipeline at the same time: both succeed, the work is done once', async (t) => {
  const { remote, rig } = await setUp(
    t,
    'name: p\nnodes: { a: { uses: fake.remote, with: { name: a } }, c: { uses: fake.concat, inputs: { parts: a } } }\n',
  );
  const first = rig.start('run', 'p.yaml', '--json');
  const a = await remote.next('a');
  const second = rig.start('run', 'p.yaml', '--json');
  await lineReader(second)(/"node.waiting"/);
  a.tell({ do: 'succeed' });
  const [one, two] = await Promise.all([first, second]);
  t.same([one.exitCode, two.exitCode], [0, 0]);
  t.match(String(one.stdout), /"executed":2|"executed":1/);
  const executed = [one, two].map(({ stdout }) => Number(/"counts":\{"executed":(\d)/.exec(String(stdout))![1]));
  t.equal(executed[0]! + executed[1]!, 2, 'two nodes, each executed once');
});

t.test('a source that is edited while a node reads it is not published', async (t) => {
  const { remote, rig } = await setUp(
    t,
    'name: p\nnodes: { a: { uses: fake.remote, with: { name: a, path: data.txt } } }\n',
  );
  rig.write('data.txt', 'before');
  const run = rig.lapidary('run', 'p.yaml', '--json');
  const a = await remote.next('a');
  a.tell({ do: 'edit', path: rig.path('data.txt'), text: 'after!' });
  a.tell({ do: 'succeed' });
  const outcome = await run;
  t.match(
    outcome.events.find(({ status }) => status === 'failed'),
    { failure: { code: 'source-changed' } },
  );
});

t.test('watch: an edit cancels what is obsolete; an invalid file waits; a data file counts', async (t) => {
  const pipeline = 'name: p\nnodes: { a: { uses: fake.remote, with: { name: one, path: data.txt } } }\n';
  const { remote, rig } = await setUp(t, pipeline);
  rig.write('data.txt', '1');
  const watching = rig.start('watch', 'p.yaml', '--json');
  const until = lineReader(watching);
  const first = await remote.next('one');
  rig.write('p.yaml', pipeline.replace('one', 'two'));
  await first.ended;
  await until(/"status":"interrupted"/);
  const second = await remote.next('two');
  rig.write('p.yaml', 'name: p\nnodes: { a: { uses: fake.remotee } }\n');
  await until(/unknown-kind/);
  second.tell({ do: 'succeed' });
  await until(/"status":"done"/);
  await until(/watch\.idle/);
  rig.write('p.yaml', pipeline.replace('one', 'two'));
  await until(/watch\.idle/);
  rig.write('data.txt', '2');
  (await remote.next('two')).tell({ do: 'succeed' });
  await until(/"executed":1/);
  await until(/watch\.idle/);
  watching.kill('SIGINT');
  t.equal((await watching).exitCode, 0);
});
