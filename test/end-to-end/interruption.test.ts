/** Training that is interrupted, in every way there is, ends in the bytes of one that was not. */
import { existsSync, readdirSync } from 'node:fs';
import t from 'tap';
import {
  assertDone,
  digests,
  endOf,
  failureOf,
  isRunning,
  makeProject,
  type Outcome,
  type Rig,
  run,
  startRun,
  statuses,
  tellsOfProcesses,
  trainingSteps,
} from './rig.js';

const files = ['training.yaml', 'facts.jsonl'];
const saveSteps = 10;
const totalSteps = 300;
/** Late enough for the mean loss of the last epoch to have begun, so that a checkpoint without it shows. */
const interruptedAt = 95;
const skip = tellsOfProcesses ? false : 'it finds the worker through /proc, which is not here';

/** The nodes that are done when training begins. */
const before = { facts: 'cached', statements: 'cached', tokenizer: 'cached', blank: 'cached' };

/** The digests that every interrupted run must come to. */
let expected: Record<string, string> = {};

t.test('a run that nobody interrupts', async (t) => {
  const outcome = await run(makeProject(t, files), 'training.yaml');
  assertDone(t, outcome);
  t.equal(trainingSteps(outcome.events, 'model').at(-1), totalSteps);
  expected = digests(outcome);
  t.ok(expected['model.model'] && expected['model.metrics']);
});

/** Nothing of the node that was interrupted is in the store: no trace, no object. */
function assertUnpublished(t: Tap, rig: Rig, outcome: Outcome): void {
  const traces = below(rig.path('.lapidary/traces'));
  t.equal(traces.length, Object.keys(before).length, 'only the nodes before it have traces');
  const published = below(rig.path('.lapidary/objects')).map((path) => path.replace(/\.tree$/, ''));
  t.notOk(digests(outcome)['model.model']);
  for (const port of ['model.model', 'model.metrics']) {
    const hex = expected[port]!.split(':')[1]!;
    t.notOk(
      published.some((path) => path.endsWith(hex)),
      `${port} is not in the store`,
    );
  }
  t.same(below(rig.path('.lapidary/tmp')), [], 'no temporary file is left');
}

type Tap = Parameters<typeof makeProject>[0];

function below(folder: string): string[] {
  return existsSync(folder)
    ? (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /[0-9a-f]{64}/.test(name))
    : [];
}

/** Runs again, and checks that it went on from the checkpoint at `from` or later, to the same bytes. */
async function assertContinues(t: Tap, rig: Rig, from: number): Promise<void> {
  const outcome = await run(rig, 'training.yaml');
  assertDone(t, outcome);
  t.same(statuses(outcome), { ...before, model: 'executed' });
  const steps = trainingSteps(outcome.events, 'model');
  t.ok(steps[0]! > from, `it went on at step ${steps[0]}, after a checkpoint at ${from} or later`);
  t.equal(steps.at(-1), totalSteps);
  t.same(digests(outcome), expected, 'bit for bit what the uninterrupted run gave');
}

t.test('the kernel kills the worker', { skip }, async (t) => {
  const rig = makeProject(t, files);
  const started = startRun(rig, 'training.yaml');
  const step = await started.reached('model', interruptedAt);
  const [worker, ...others] = started.workers();
  t.same(others, [], 'one worker runs');
  process.kill(worker!, 'SIGKILL');
  const outcome = await started.ended;
  t.equal(outcome.exitCode, 1);
  t.match(failureOf(outcome), { node: 'model', code: 'worker-killed', message: /SIGKILL/, hint: /memory/ });
  assertUnpublished(t, rig, outcome);
  await assertContinues(t, rig, lastSaved(step));
});

t.test('Ctrl-C', { skip }, async (t) => {
  const rig = makeProject(t, files);
  const started = startRun(rig, 'training.yaml');
  const step = await started.reached('model', interruptedAt);
  const workers = started.workers();
  t.equal(workers.length, 1);
  const began = Date.now();
  started.signalGroup('SIGINT');
  const outcome = await started.ended;
  const took = Date.now() - began;
  t.ok(took < 5000, `it ended within five seconds: ${took} ms`);
  t.equal(outcome.exitCode, 130);
  t.match(outcome.events.at(-1), { event: 'run.finished', status: 'interrupted' });
  t.same(workers.filter(isRunning), [], 'no child is left');
  assertUnpublished(t, rig, outcome);
  await assertContinues(t, rig, step - 1);
});

t.test('kill -9 of the engine', { skip }, async (t) => {
  const rig = makeProject(t, files);
  const started = startRun(rig, 'training.yaml');
  const step = await started.reached('model', interruptedAt);
  const [worker] = started.workers();
  started.kill('SIGKILL');
  await started.ended;
  await endOf(worker!);
  t.pass('the worker follows it');
  t.equal(JSON.parse((await rig.lapidary('runs', '--json')).stdout)[0].status, 'killed');
  await assertContinues(t, rig, lastSaved(step));
});

t.test('kill -9 of everything at once, twice', { skip }, async (t) => {
  const rig = makeProject(t, files);
  let step = 0;
  for (let round = 1; round <= 2; round++) {
    const started = startRun(rig, 'training.yaml');
    step = await started.reached('model', interruptedAt + (round - 1) * 3 * saveSteps);
    started.signalGroup('SIGKILL');
    await started.ended;
  }
  await assertContinues(t, rig, lastSaved(step));
});

/** The checkpoint that is certainly whole once `step` has been reported. */
function lastSaved(step: number): number {
  return Math.floor((step - 1) / saveSteps) * saveSteps;
}
