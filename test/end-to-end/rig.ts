/** The real command line with the real kinds, on data and models so small that a run takes seconds. */
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { Test } from 'tap';
import type { FailureReport } from '../../engine/event.js';
import { makeRig, type Outcome, type Rig } from '../engine/fake/rig.js';

export { lineReader, type Outcome, type Rig, statuses } from '../engine/fake/rig.js';

export const main = resolve('dist/nodes/main.js');

/** The device that every machine has, so that a test asks the same of all of them. */
export const onDevice = ['--device', 'onnx-cpu'] as const;

const fixtures = resolve('test/end-to-end/fixtures');

/** A folder that holds the named fixtures. */
export function makeProject(t: Test, names: readonly string[], environment: Record<string, string> = {}): Rig {
  const rig = makeRig(t, environment, main);
  for (const name of names) copyFileSync(join(fixtures, name), rig.path(name));
  return rig;
}

export function edit(rig: Rig, name: string, from: string, to: string): void {
  const text = rig.read(name);
  if (!text.includes(from)) throw new Error(`${name} does not hold ${from}`);
  writeFileSync(
    rig.path(name),
    text.replace(from, () => to),
  );
}

export const run = (rig: Rig, file: string): Promise<Outcome> => rig.lapidary('run', file, '--json', ...onDevice);

/** Output digests of each node that has a result: `sft.model` → `tree:…`. */
export function digests(outcome: Outcome): Record<string, string> {
  return Object.fromEntries(
    outcome.events
      .filter(({ event, outputs }) => event === 'node.finished' && outputs)
      .flatMap(({ node, outputs }) =>
        Object.entries(outputs as Record<string, string>).map(([port, digest]) => [`${node}.${port}`, digest]),
      ),
  );
}

export interface NodeFailure extends FailureReport {
  readonly node: string;
}

/** The failure of the node that failed. */
export function failureOf(outcome: Outcome): NodeFailure | undefined {
  const failed = outcome.events.find(({ event, status }) => event === 'node.finished' && status === 'failed');
  return failed && { node: String(failed.node), ...(failed.failure as FailureReport) };
}

/** The run came to its end; where it did not, the test says why. */
export function assertDone(t: Test, outcome: Outcome): void {
  const why = outcome.exitCode === 0 ? 'the run is done' : JSON.stringify(failureOf(outcome)) || outcome.stderr;
  t.equal(outcome.exitCode, 0, why);
}

/** A run as a terminal starts one, the leader of a process group, with what the interruption of it takes. */
export interface RunningRun {
  /** Waits for a training step of `node` to be reported that is `step` or later. */
  reached(node: string, step: number): Promise<number>;
  /** Ids of the processes that the engine has started and that run now. */
  workers(): number[];
  /** Sends the signal as Ctrl-C does: to the engine and to all that it started. */
  signalGroup(signal: NodeJS.Signals): void;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Outcome>;
}

export function startRun(rig: Rig, file: string): RunningRun {
  const events: Record<string, unknown>[] = [];
  let wake = () => {};
  let over = false;
  const started = execa(process.execPath, [main, 'run', file, '--json', ...onDevice], {
    cwd: rig.directory,
    env: { LAPIDARY_HOME: rig.path('.lapidary'), NO_COLOR: '1' },
    detached: true,
    reject: false,
  });
  const lines = (async () => {
    for await (const line of started.iterable()) {
      events.push(JSON.parse(String(line)));
      wake();
    }
    over = true;
    wake();
  })();
  return {
    async reached(node, step) {
      for (;;) {
        const latest = trainingSteps(events, node).at(-1) ?? 0;
        if (latest >= step) return latest;
        if (over) throw new Error(`the run ended before step ${step}: ${JSON.stringify(events.at(-1))}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    workers: () => childrenOf(started.pid!),
    signalGroup: (signal) => void process.kill(-started.pid!, signal),
    kill: (signal) => void started.kill(signal),
    ended: (async () => {
      const { exitCode, stdout, stderr } = await started;
      await lines;
      return { exitCode: exitCode ?? -1, stdout: String(stdout), stderr: String(stderr), events };
    })(),
  };
}

/** The training steps that a node has reported, in order. */
export function trainingSteps(events: readonly Record<string, unknown>[], node: string): number[] {
  return events.filter((event) => event.event === 'node.log' && event.node === node).map(({ step }) => Number(step));
}

/** Whether this system tells about processes in the way that these tests read it. */
export const tellsOfProcesses = existsSync('/proc/self/stat');

/** Parent and state of a process; `undefined` when there is none. */
function processStatus(pid: number): { parent: number; state: string } | undefined {
  try {
    // `pid (name) state parent …`, and the name may hold anything.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { parent: Number(parent), state: state! };
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => processStatus(child)?.parent === pid);
}

/** A process that has ended and that nobody has asked about yet counts as ended. */
export function isRunning(pid: number): boolean {
  const status = processStatus(pid);
  return status !== undefined && status.state !== 'Z' && status.state !== 'X';
}

/** Waits for a process that is nobody's child any more, whose end no event tells. */
export async function endOf(pid: number): Promise<void> {
  for (const deadline = Date.now() + 30_000; isRunning(pid); ) {
    if (Date.now() > deadline) throw new Error(`the process ${pid} does not end`);
    await delay(5);
  }
}
