/**
 * The record of a run: which experiment, from which sources, on what, and what became of each node. It is written when
 * the run starts and again when it ends, so that a run that was killed leaves its record too.
 */
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../cache/digest.js';
import { guardSync } from '../cache/store-error.js';
import type { RunEvent } from './event.js';
import type { RunResult } from './execute.js';
import { gatherText } from './gathered-text.js';
import type { GitState } from './git.js';
import { parseJson, stringify } from './json.js';
import type { KeyComponents } from './key.js';
import type { History, HistoryEntry, NodeOutline, Plan } from './plan.js';
import type { Pins } from './remote.js';
import type { JsonObject } from './spec.js';

export interface NodeRecord {
  readonly uses: string;
  readonly recipe: string;
  /** Axis → value, for an instance of a matrix. */
  readonly matrix?: JsonObject;
  /** Input port → the outputs that were wired to it, such as `split.train`. */
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
  readonly status: 'executed' | 'cached' | 'failed' | 'skipped' | 'stopped';
  readonly key?: string;
  readonly components?: KeyComponents;
  /** The files of the user's code that it runs. */
  readonly code?: readonly { readonly name: string; readonly digest: string }[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
  /** Rows dropped or cut, by reason. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly displays?: readonly { readonly title: string; readonly text: string }[];
  /** How long it took when it was executed, in this run or in an earlier one. */
  readonly duration_ms: number;
  readonly failure?: { readonly code: string; readonly message: string; readonly hint?: string };
}

export interface RunRecord {
  readonly version: 1;
  readonly run: string;
  readonly experiment: string;
  readonly pipeline: {
    readonly name: string;
    /** Relative to the top of the project. */
    readonly file: string;
    readonly text: string;
    /** Other files that it was read from, such as users' modules: path in the project → digest; the store keeps them. */
    readonly files?: Readonly<Record<string, Digest>>;
  };
  readonly params: JsonObject;
  /** What the patterns of files on other machines meant. */
  readonly sources?: Pins;
  /** What `-p name=value` gave. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly device: string;
  readonly git?: GitState;
  readonly versions: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly started: string;
  /** `running` in the record of a run that was killed. */
  readonly status: 'running' | 'done' | 'failed' | 'interrupted';
  readonly duration_ms?: number;
  readonly nodes: Readonly<Record<string, NodeRecord>>;
}

/** A name that sorts by time and that two runs never share. */
export function newRunId(now = new Date()): string {
  const [date, time] = now
    .toISOString()
    .replace(/[-:.Z]/g, '')
    .split('T');
  return `${date}-${time}-${randomBytes(3).toString('hex')}`;
}

export interface RunRecorder {
  /** Keeps an event in `events.ndjson`. */
  event(event: RunEvent): void;
  finish(result: RunResult): RunRecord;
}

export type RunFacts = Omit<RunRecord, 'version' | 'status' | 'duration_ms' | 'nodes'>;

/**
 * Opens the record of a run in `runsDirectory/<run>/`. An event that cannot be written disturbs no node; `finish` tells.
 * @throws StoreError
 */
export function recordRun(runsDirectory: string, facts: RunFacts, plan: Plan): RunRecorder {
  const directory = join(runsDirectory, facts.run);
  const guarded = <Value>(action: () => Value): Value => guardSync('writing the store', directory, action);
  const write = (record: RunRecord): RunRecord =>
    guarded(() => {
      const temporary = join(directory, `record.json.${process.pid}`);
      let append: (path: string, text: string) => void = writeFileSync;
      const text = gatherText((piece) => {
        append(temporary, piece);
        append = appendFileSync;
      });
      for (const piece of recordText(record)) text.add(piece);
      text.flush();
      renameSync(temporary, join(directory, 'record.json'));
      return record;
    });
  const events = guarded(() => {
    mkdirSync(directory, { recursive: true });
    return openSync(join(directory, 'events.ndjson'), 'a');
  });
  write({ version: 1, ...facts, status: 'running', nodes: {} });
  let lost: { readonly error: unknown } | undefined;
  const lines = gatherText((text) => {
    try {
      guarded(() => writeSync(events, text));
    } catch (error) {
      lost ??= { error };
    }
  });
  return {
    event: (event) => lines.add(`${stringify({ time: new Date().toISOString(), ...event })}\n`),
    finish(result) {
      lines.flush();
      closeSync(events);
      const { status, duration_ms } = result;
      const record = write({ version: 1, ...facts, status, duration_ms, nodes: nodeRecords(plan, result) });
      if (lost) throw lost.error;
      return record;
    },
  };
}

/** JSON, a line for each node, in pieces: the records of a hundred thousand nodes are a long text. */
function* recordText({ nodes, ...run }: RunRecord): Generator<string> {
  yield `${stringify(run, 1).slice(0, -2)},\n "nodes": {`;
  let separator = '\n';
  for (const [id, node] of Object.entries(nodes)) {
    yield `${separator}  ${JSON.stringify(id)}: ${stringify(node)}`;
    separator = ',\n';
  }
  yield '\n }\n}\n';
}

function nodeRecords(plan: Plan, result: RunResult): Record<string, NodeRecord> {
  return Object.fromEntries(
    plan.nodes.map(({ node, recipe }) => {
      const { finished, key, components, trace } = result.nodes.get(node.id)!;
      const record: NodeRecord = {
        uses: node.kind.name,
        recipe,
        ...(Object.keys(node.matrix).length > 0 ? { matrix: node.matrix } : {}),
        inputs: wiresOf(node),
        status: finished.status,
        duration_ms: trace?.duration_ms ?? finished.duration_ms,
        ...(key && components ? { key, components } : {}),
        ...(node.code ? { code: node.code.files } : {}),
        ...(trace
          ? {
              outputs: trace.outputs,
              metrics: trace.metrics,
              counts: trace.counts,
              environment: trace.environment,
              displays: trace.displays,
            }
          : {}),
        ...(finished.status === 'failed' ? { failure: finished.failure } : {}),
      };
      return [node.id, record];
    }),
  );
}

function wiresOf({ inputs }: NodeOutline): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(inputs).map(([port, from]) => [port, from.map((wire) => `${wire.node}.${wire.port}`)]),
  );
}

/** Run ids, latest first. */
export function listRuns(runsDirectory: string): string[] {
  try {
    return readdirSync(runsDirectory)
      .filter((name) => /^\d{8}-\d{9}-[0-9a-f]{6}$/.test(name))
      .sort()
      .reverse();
  } catch {
    return [];
  }
}

/** A run's record; `undefined` when it cannot be read. */
export function readRecord(runsDirectory: string, run: string): RunRecord | undefined {
  try {
    const record = parseJson(readFileSync(join(runsDirectory, run, 'record.json'), 'utf8')) as RunRecord;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

/** The events of a run, as far as they can be read: the last line may have been cut off by a crash. */
export function readEvents(runsDirectory: string, run: string): TimedEvent[] {
  const lines = readFileSync(join(runsDirectory, run, 'events.ndjson'), 'utf8').split('\n');
  return lines.flatMap((line) => {
    try {
      return [parseJson(line) as TimedEvent];
    } catch {
      return [];
    }
  });
}

export type TimedEvent = RunEvent & { readonly time: string };

export interface UnreadableRecord {
  readonly run: string;
  /** `newer`: a later version of Lapidary has written it. */
  readonly why: 'newer' | 'damaged';
}

/** Runs whose records `readRecord` does not give. */
export function unreadableRecords(runsDirectory: string): UnreadableRecord[] {
  return listRuns(runsDirectory).flatMap((run): UnreadableRecord[] => {
    if (readRecord(runsDirectory, run)) return [];
    let version: unknown;
    try {
      ({ version } = JSON.parse(readFileSync(join(runsDirectory, run, 'record.json'), 'utf8')) as { version: unknown });
    } catch {
      return [{ run, why: 'damaged' }];
    }
    return [{ run, why: typeof version === 'number' && version > 1 ? 'newer' : 'damaged' }];
  });
}

/** Records, latest first, read one by one as they are asked for. */
export function* readRecords(runsDirectory: string): Generator<RunRecord> {
  for (const run of listRuns(runsDirectory)) {
    const record = readRecord(runsDirectory, run);
    if (record) yield record;
  }
}

/** Whether the process of a run whose record says `running` is still there. */
export function isAlive({ pid }: RunRecord): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is there, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Of how many past runs the history of a pipeline is put together at the most. */
const historyDepth = 50;

/**
 * What each of `nodes` depended on in the latest run of `pipelineFile` that had a result for it. Records are read when
 * something is asked for: a pipeline of which nothing has changed never does.
 */
export function readHistory(runsDirectory: string, pipelineFile: string, nodes: readonly string[]): History {
  let read: History | undefined;
  return {
    get(id) {
      read ??= historyOf(runsDirectory, pipelineFile, nodes);
      return read.get(id);
    },
  };
}

function historyOf(runsDirectory: string, pipelineFile: string, nodes: readonly string[]): History {
  const history = new Map<string, HistoryEntry>();
  let depth = 0;
  for (const record of readRecords(runsDirectory)) {
    if (record.pipeline.file !== pipelineFile) continue;
    for (const id of nodes) {
      const node = record.nodes[id];
      if (history.has(id) || !node?.outputs || !node.key || !node.components) continue;
      history.set(id, { key: node.key, components: node.components, ...(node.code ? { code: node.code } : {}) });
    }
    depth += 1;
    if (depth >= historyDepth || history.size === nodes.length) break;
  }
  return history;
}
