/** `retry`, `timeout`, and the `defaults` that may hold them. */
import t, { type Test } from 'tap';
import { openRemote } from './fake/remote.js';
import { lineReader, makeRig, statuses } from './fake/rig.js';

async function remoteRig(t: Test, text: string) {
  const remote = await openRemote();
  t.teardown(() => remote.close());
  const rig = makeRig(t, remote.environment);
  rig.write('p.yaml', text);
  return { remote, rig };
}

const one = (more: string) => `name: p\nnodes:\n  a: { uses: fake.remote, with: { name: a }${more} }\n`;

t.test('a node that fails is tried again, and goes on from its checkpoint', async (t) => {
  const { remote, rig } = await remoteRig(t, one(', retry: 2'));
  const run = rig.lapidary('run', 'p.yaml', '--json');
  const first = await remote.next('a');
  first.tell({ do: 'checkpoint', text: 'half' });
  await first.checkpointed;
  first.tell({ do: 'fail', message: 'once' });
  const second = await remote.next('a');
  t.equal(second.resumed, 'half');
  process.kill(second.pid, 'SIGKILL');
  const third = await remote.next('a');
  third.tell({ do: 'succeed' });
  const outcome = await run;
  t.same(statuses(outcome), { a: 'executed' });
  t.match(
    outcome.events.filter(({ event }) => event === 'node.retried'),
    [
      { attempt: 1, failure: { code: 'told-to-fail' } },
      { attempt: 2, failure: { code: 'worker-killed' } },
    ],
  );
  const plain = await rig.lapidary('run', 'p.yaml', '--json');
  rig.write('p.yaml', one(''));
  t.same(statuses(plain), { a: 'cached' });
  t.same(statuses(await rig.lapidary('run', 'p.yaml', '--json')), { a: 'cached' }, 'attempts are not in the key');
});

t.test('when no attempt is left, the last failure counts', async (t) => {
  const { remote, rig } = await remoteRig(t, one(', retry: 1'));
  const run = rig.lapidary('run', 'p.yaml', '--json');
  (await remote.next('a')).tell({ do: 'fail', message: 'first' });
  (await remote.next('a')).tell({ do: 'fail', message: 'second' });
  const outcome = await run;
  t.equal(outcome.exitCode, 1);
  const finished = outcome.events.find(({ event }) => event === 'node.finished');
  t.match(finished, { status: 'failed', failure: { message: /second/ } });
});

t.test('a timeout asks for a checkpoint and fails the attempt; Ctrl-C is no timeout', async (t) => {
  const { remote, rig } = await remoteRig(t, one(', timeout: 4s'));
  const run = rig.lapidary('run', 'p.yaml', '--json');
  const call = await remote.next('a');
  call.tell({ do: 'checkpoint', text: 'half' });
  await call.ended;
  const outcome = await run;
  t.equal(outcome.exitCode, 1);
  t.match(
    outcome.events.find(({ event }) => event === 'node.finished'),
    {
      status: 'failed',
      failure: { code: 'timed-out', message: /4 s/ },
    },
  );

  rig.write('p.yaml', one(', timeout: 1h, retry: 5'));
  const started = rig.start('run', 'p.yaml', '--json');
  const line = lineReader(started);
  await line(/node\.started/);
  const again = await remote.next('a');
  t.equal(again.resumed, 'half', 'the next run goes on from there');
  started.kill('SIGINT');
  await again.ended;
  t.equal((await started).exitCode, 130);
});

t.test('defaults hold for every node that does not say otherwise', async (t) => {
  const rig = makeRig(t);
  const text = (own: string) => `name: p
params: { word: one }
defaults:
  resources: { memory_mb: 100 }
  with:
    fake.text: { text: "\${params.word}" }
    fake.concat: { suffix: "!", keep: 100 }
nodes:
  a: { uses: fake.text }
  b: { uses: fake.text, with: { text: own } }
  c: { uses: fake.concat, inputs: { parts: [a, b] }${own} }
`;
  rig.write('p.yaml', text(''));
  const run = await rig.lapidary('run', 'p.yaml', '--json');
  t.equal(run.exitCode, 0, run.stdout);
  await rig.lapidary('restore', 'c', '-o', 'c1');
  t.equal(rig.read('c1'), 'one|own!');
  rig.write('p.yaml', text(', with: { keep: 5 }'));
  await rig.lapidary('run', 'p.yaml', '--json');
  await rig.lapidary('restore', 'c', '-o', 'c2');
  t.equal(rig.read('c2'), 'one|o', 'key by key');
  const plan = JSON.parse((await rig.lapidary('plan', 'p.yaml', '--json', '-p', 'word=two')).stdout);
  t.match(plan.nodes[0], {
    id: 'a',
    reasons: [{ because: 'config', pointer: '/text', parameter: 'word', place: { line: 2 } }],
  });
  rig.write('p.yaml', text('').replace('"!"', '"?"'));
  const edited = JSON.parse((await rig.lapidary('plan', 'p.yaml', '--json')).stdout);
  t.match(edited.nodes[2].reasons, [
    { pointer: '/keep', before: 5, after: 100, place: { line: 7 } },
    { pointer: '/suffix', before: '!', after: '?', place: { line: 7 } },
  ]);
});

t.test('what is wrong with defaults is told once, where it is written', async (t) => {
  const rig = makeRig(t);
  const check = async (defaults: string) => {
    rig.write(
      'p.yaml',
      `name: p\ndefaults: ${defaults}\nnodes:\n  a: { uses: fake.text, with: { text: x } }\n  b: { uses: fake.concat, inputs: { parts: [a] } }\n  c: { uses: fake.concat, inputs: { parts: [b] } }\n`,
    );
    const outcome = await rig.lapidary('check', 'p.yaml', '--json');
    return JSON.parse(outcome.stdout).diagnostics ?? [];
  };
  t.match(await check('{ with: { fake.concat: { keep: "x" } } }'), [
    { code: 'wrong-type', location: { line: 2, column: 42 } },
  ]);
  t.match(await check('{ with: { fake.concta: { keep: 1 } } }'), [{ code: 'unknown-kind', hint: /fake\.concat/ }]);
  t.match(await check('{ with: { fake.concat: { kepp: 1 } } }'), [{ code: 'unknown-key', hint: /keep/ }]);
  for (const wrong of [
    '{ retry: -1 }',
    '{ retry: many }',
    '{ timeout: 0 }',
    '{ timeout: 5 parsecs }',
    '{ matrix: { x: [1] } }',
  ]) {
    const found = await check(wrong);
    t.ok(found.length > 0, wrong);
    t.ok(
      found.every(({ location }: { location: { line: number } }) => location.line === 2),
      wrong,
    );
  }
  t.same(await check('{ retry: 3, timeout: 90m }'), []);
});
