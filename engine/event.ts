/**
 * Everything that happens while a pipeline runs, as one closed union. The executor emits, reporters print, the record
 * keeps. `run --json` prints these events as they are, one a line.
 */
import type { Digest } from '../cache/digest.js';
import type { Progress } from './kind.js';
import type { Reason } from './reason.js';

export interface FailureReport {
  /** Stable, lower-case: `loss-not-finite`, `worker-killed`, `internal-error`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Only where the cause is a bug. */
  readonly stack?: string;
}

export interface Display {
  readonly title: string;
  readonly text: string;
}

/** What a node says while it runs. */
export type NodeMessage =
  | ({ readonly event: 'node.progress' } & Progress)
  | { readonly event: 'node.log'; readonly step: number; readonly values: Readonly<Record<string, number>> }
  | { readonly event: 'node.count'; readonly reason: string; readonly rows: number }
  | { readonly event: 'node.warning'; readonly message: string }
  | { readonly event: 'node.display'; readonly title: string; readonly text: string }
  | { readonly event: 'node.environment'; readonly facts: Readonly<Record<string, string>> }
  | { readonly event: 'node.output'; readonly stream: 'stdout' | 'stderr'; readonly text: string };

/** What became of a node, as a run counts it. */
export type NodeStatus = 'executed' | 'cached' | 'failed' | 'skipped' | 'stopped';

export interface Counts {
  readonly executed: number;
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
}

export type RunStatus = 'done' | 'failed' | 'interrupted';

export type RunEvent =
  | {
      readonly event: 'run.started';
      readonly run: string;
      readonly experiment: string;
      readonly pipeline: string;
      readonly nodes: readonly { readonly id: string; readonly uses: string }[];
    }
  | { readonly event: 'node.started'; readonly node: string; readonly key: string; readonly reasons: readonly Reason[] }
  /** Another run is working on the same key; this one waits for its result. */
  | { readonly event: 'node.waiting'; readonly node: string; readonly pid: number; readonly host: string }
  /** An attempt has failed, and the node is tried again: `attempt` counts from 1. */
  | { readonly event: 'node.retried'; readonly node: string; readonly attempt: number; readonly failure: FailureReport }
  | (NodeMessage & { readonly node: string })
  | NodeFinished
  | {
      readonly event: 'run.finished';
      readonly run: string;
      readonly experiment: string;
      readonly status: RunStatus;
      readonly counts: Counts;
      readonly duration_ms: number;
    };

export type NodeFinished = { readonly event: 'node.finished'; readonly node: string; readonly duration_ms: number } & (
  | {
      readonly status: 'executed' | 'cached';
      readonly key: string;
      readonly outputs: Readonly<Record<string, Digest>>;
      readonly metrics: Readonly<Record<string, number>>;
      readonly displays: readonly Display[];
    }
  | { readonly status: 'failed'; readonly failure: FailureReport }
  /** `because` names the failed node that this one needed. */
  | { readonly status: 'skipped'; readonly because: string }
  | { readonly status: 'stopped' }
);
