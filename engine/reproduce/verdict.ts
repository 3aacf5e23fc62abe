/** What a reproduction says of one node. */
import type { Digest } from '../../cache/digest.js';
import type { Trace } from '../../cache/trace-store.js';
import type { NodeFinished } from '../event.js';
import type { KeyComponents } from '../key.js';
import { differences as keyDifferences } from '../reason.js';
import { reasonText } from '../report/reason-text.js';
import type { ResolvedNode, Tolerance } from '../spec.js';
import type { BaselineNode } from './baseline.js';
import { changeOf, contentDifferences, type Difference, type Sides } from './content-difference.js';

export interface MetricChange {
  readonly metric: string;
  /** Absent where one side does not have it. */
  readonly before?: number;
  readonly after?: number;
}

export type Verdict =
  /** Every output has the same bytes, and every metric the same value. */
  | { readonly verdict: 'identical' }
  /** Bytes differ, and no metric by more than the node's `tolerance` allows. */
  | {
      readonly verdict: 'within-tolerance';
      readonly metrics: readonly MetricChange[];
      readonly outputs: readonly Difference[];
    }
  | {
      readonly verdict: 'different';
      readonly outputs: readonly Difference[];
      readonly metrics: readonly MetricChange[];
      /** Input ports that other content stood at already. */
      readonly inputs: readonly string[];
      /** What is another device or version now: a likely cause. */
      readonly environment: readonly string[];
    }
  /** It depends on something that is not as it was; `because` says on what. */
  | { readonly verdict: 'not-reproducible'; readonly because: readonly string[] }
  /** There is nothing that it could be compared with. */
  | { readonly verdict: 'not-recorded' }
  /** It was not executed to its end. */
  | { readonly verdict: 'not-finished'; readonly because: string };

export interface Reproduced {
  readonly node: ResolvedNode;
  readonly finished: NodeFinished;
  readonly components?: KeyComponents;
  readonly trace?: Trace;
}

/** `lost` are the source files that could not be brought back, with the reasons. */
export async function judge(
  before: BaselineNode | undefined,
  { node, finished, components, trace }: Reproduced,
  lost: ReadonlyMap<string, string>,
  sides: Sides,
): Promise<Verdict> {
  if (before?.components && components) {
    const own = keyDifferences(before.components, components, false);
    if (own.length > 0) {
      const because = own.map((reason) => {
        const why = reason.because === 'source' ? lost.get(reason.name) : undefined;
        return reason.because === 'source' && why !== undefined ? `${reason.name} ${why}` : reasonText(reason);
      });
      return { verdict: 'not-reproducible', because };
    }
  }
  if (!trace) return { verdict: 'not-finished', because: whyNot(finished) };
  if (before === undefined) return { verdict: 'not-recorded' };
  const outputs: Difference[] = [];
  for (const [port, digest] of Object.entries(trace.outputs)) {
    outputs.push(...(await contentDifferences(port, before.outputs[port] as Digest | undefined, digest, sides)));
  }
  const metrics = before.metrics ? metricChanges(before.metrics, trace.metrics) : [];
  if (outputs.length === 0 && metrics.length === 0) return { verdict: 'identical' };
  if (before.metrics && isTolerated(metrics, node.tolerance)) return { verdict: 'within-tolerance', metrics, outputs };
  const [old, now] = [before.components?.inputs ?? {}, components?.inputs ?? {}];
  return {
    verdict: 'different',
    outputs,
    metrics,
    inputs: Object.keys(now).filter((port) => old[port] && String(old[port]) !== String(now[port])),
    environment: environmentChanges(before.environment ?? {}, trace.environment),
  };
}

function whyNot(finished: NodeFinished): string {
  if (finished.status === 'failed') return finished.failure.message;
  return finished.status === 'skipped' ? `it needs ${finished.because}` : finished.status;
}

function metricChanges(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): MetricChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((metric) => before[metric] !== after[metric])
    .map((metric) => ({
      metric,
      ...(metric in before ? { before: before[metric]! } : {}),
      ...(metric in after ? { after: after[metric]! } : {}),
    }));
}

/**
 * A node that declares a tolerance says that its metrics are what counts. Each that differs must be declared, and
 * |after − before| ≤ absolute + relative · |before|.
 */
export function isTolerated(changes: readonly MetricChange[], tolerance: Tolerance): boolean {
  if (Object.keys(tolerance).length === 0) return false;
  return changes.every(({ metric, before, after }) => {
    const allowed = Object.hasOwn(tolerance, metric) ? tolerance[metric] : undefined;
    if (allowed === undefined || before === undefined || after === undefined) return false;
    return Math.abs(after - before) <= (allowed.absolute ?? 0) + (allowed.relative ?? 0) * Math.abs(before);
  });
}

function environmentChanges(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  return Object.keys(after)
    .filter((name) => before[name] !== undefined && before[name] !== after[name])
    .map((name) => `${name} ${before[name]} → ${after[name]}`);
}

/** All that a verdict has to say beside its name, most telling first. */
export function verdictDetails(verdict: Verdict): readonly string[] {
  switch (verdict.verdict) {
    case 'identical':
    case 'not-recorded':
      return [];
    case 'within-tolerance':
      return verdict.metrics.map(metricText);
    case 'different':
      return [
        ...verdict.inputs.map((port) => `its input ${port} differs`),
        ...verdict.environment,
        ...verdict.metrics.map(metricText),
        ...verdict.outputs.map(({ output, detail }) => `${output}: ${detail}`),
      ];
    case 'not-reproducible':
      return verdict.because;
    case 'not-finished':
      return [verdict.because];
    default:
      return verdict satisfies never;
  }
}

function metricText({ metric, before, after }: MetricChange): string {
  return `${metric} ${changeOf(before, after)}`;
}
