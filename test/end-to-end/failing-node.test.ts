/** What only the work itself can find out: exit code 1, a message to act on, and nothing half-published. */
import { existsSync, readdirSync } from 'node:fs';
import t from 'tap';
import { digests, edit, failureOf, makeProject, onDevice, type Rig, run, statuses } from './rig.js';

type Tap = Parameters<typeof makeProject>[0];

const files = ['mini.yaml', 'facts.jsonl'];

/** The store holds what the finished nodes published, and no scratch of outputs, temporary file or lock besides. */
function assertNothingHalfPublished(t: Tap, rig: Rig, done: Record<string, string>): void {
  const store = rig.path('.lapidary');
  const traces = (readdirSync(`${store}/traces`, { recursive: true }) as string[]).filter((name) =>
    name.endsWith('.json'),
  );
  t.equal(
    traces.length,
    Object.values(done).filter((status) => status === 'executed').length,
    'a trace for each that is done',
  );
  t.same(readdirSync(`${store}/tmp`), [], 'no temporary file is left');
  const halfDone = readdirSync(`${store}/work`).filter((key) => existsSync(`${store}/work/${key}/out`));
  t.same(halfDone, [], 'no output of a failed node is left');
}

t.test('a row that does not fit its row type', async (t) => {
  const rig = makeProject(t, files);
  edit(rig, 'mini.yaml', '{ path: facts.jsonl }', '{ path: facts.jsonl, rows: text, columns: { text: capital } }');
  edit(rig, 'facts.jsonl', '"Oss"', '17');
  const outcome = await run(rig, 'mini.yaml');
  t.equal(outcome.exitCode, 1);
  t.match(failureOf(outcome), {
    node: 'facts',
    code: 'row-type-mismatch',
    message: /facts\.jsonl, line 3: .*`text` \(column capital\)/,
  });
  t.match(outcome.events.at(-1), { status: 'failed', counts: { executed: 0, failed: 1, skipped: 13 } });
  assertNothingHalfPublished(t, rig, statuses(outcome));
  const text = await rig.lapidary('run', 'mini.yaml', ...onDevice);
  t.equal(text.exitCode, 1);
  t.match(text.stdout, /error\[row-type-mismatch\] facts: facts\.jsonl, line 3/, 'a person reads the same');
  t.notMatch(text.stdout + text.stderr, /\n +at .*\.js:/, 'and no stack');
});

t.test('broken JSON, with the line it is on', async (t) => {
  const rig = makeProject(t, files);
  edit(rig, 'facts.jsonl', '{"country":"Dorn"', '{"country":Dorn');
  const outcome = await run(rig, 'mini.yaml');
  t.equal(outcome.exitCode, 1);
  t.match(failureOf(outcome), { node: 'facts', message: /facts\.jsonl, line 4/ });
  t.not(failureOf(outcome)!.code, 'internal-error');
});

t.test('no token to learn from', async (t) => {
  const rig = makeProject(t, files);
  // The prompts alone are longer than that, so every completion is cut away.
  edit(rig, 'mini.yaml', '{ max_steps: 6,', '{ max_length: 8, max_steps: 6,');
  const outcome = await run(rig, 'mini.yaml');
  t.equal(outcome.exitCode, 1);
  t.match(failureOf(outcome), { node: 'sft', code: 'no-supervised-tokens', hint: /max_length/ });
  t.match(
    outcome.events.find(({ event, node }) => event === 'node.count' && node === 'sft'),
    { reason: 'dropped-nothing-to-learn', rows: 9 },
    'every row that is dropped is counted',
  );
  t.match(statuses(outcome), {
    base: 'executed',
    sft: 'failed',
    sft_answers: 'skipped',
    base_answers: 'executed',
    losses: 'skipped',
  });
  assertNothingHalfPublished(t, rig, statuses(outcome));

  // The same store, and a learning rate at which nothing stays a number.
  edit(
    rig,
    'mini.yaml',
    '{ max_length: 8, max_steps: 6, per_device_train_batch_size: 8, learning_rate: 1.0e-3',
    '{ max_steps: 6, per_device_train_batch_size: 8, learning_rate: 1.0e+30',
  );
  const broken = await run(rig, 'mini.yaml');
  t.equal(broken.exitCode, 1);
  t.match(failureOf(broken), {
    node: 'sft',
    code: 'loss-not-finite',
    message: /step [2-6] .*NaN/,
    hint: /learning_rate/,
  });
  t.match(statuses(broken), { base: 'cached', sft: 'failed', samples: 'skipped' });
  t.notOk(digests(broken)['sft.model'], 'no model with NaN in it leaves');
  assertNothingHalfPublished(t, rig, {
    ...statuses(outcome),
    ...statuses(broken),
    ...statusesThatWereDone(statuses(outcome)),
  });
});

function statusesThatWereDone(before: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(before).filter(([, status]) => status === 'executed'));
}
