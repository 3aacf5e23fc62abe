/**
 * What a person sees of a run, as pure functions: `update` folds events into a view, `lines` draws it. The live view
 * redraws it in place; the plain one prints the finished lines only.
 */
import type { Colors } from 'picocolors/types.js';
import type { FailureReport, NodeFinished, RunEvent } from '../event.js';
import type { Progress } from '../kind.js';
import { formatDuration, formatNumber, formatRate, plural } from './format.js';

export interface RunningNode {
  readonly id: string;
  readonly uses: string;
  readonly startedMs: number;
  readonly progress?: Progress;
  /** When the first progress came, for the estimate of what is left. */
  readonly firstProgress?: { readonly ms: number; readonly step: number };
  readonly note?: string;
}

export interface View {
  readonly uses: ReadonlyMap<string, string>;
  /** Columns that the longest id takes, and the longest kind. */
  readonly widths: { readonly id: number; readonly uses: number };
  readonly running: ReadonlyMap<string, RunningNode>;
  /** Node → reason → rows that were dropped, cut or repaired. */
  readonly counts: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

export const emptyView: View = { uses: new Map(), widths: { id: 0, uses: 0 }, running: new Map(), counts: new Map() };

/** The view after `event`, which happened at `nowMs`. */
export function update(view: View, event: RunEvent, nowMs: number): View {
  switch (event.event) {
    case 'run.started':
      return {
        ...emptyView,
        uses: new Map(event.nodes.map(({ id, uses }) => [id, uses])),
        widths: { id: longest(event.nodes.map(({ id }) => id)), uses: longest(event.nodes.map(({ uses }) => uses)) },
      };
    case 'node.started':
      return withNode(view, event.node, { id: event.node, uses: view.uses.get(event.node) ?? '', startedMs: nowMs });
    case 'node.retried': {
      const counts = new Map(view.counts);
      counts.delete(event.node);
      const again = { id: event.node, uses: view.uses.get(event.node) ?? '', startedMs: nowMs };
      return withNode({ ...view, counts }, event.node, again);
    }
    case 'node.waiting':
      return withNode(view, event.node, {
        id: event.node,
        uses: view.uses.get(event.node) ?? '',
        startedMs: nowMs,
        note: `another run (process ${event.pid} on ${event.host}) is working on it`,
      });
    case 'node.progress': {
      const node = view.running.get(event.node);
      if (!node) return view;
      const firstProgress = node.firstProgress ?? { ms: nowMs, step: event.step };
      return withNode(view, event.node, { ...node, progress: event, firstProgress });
    }
    case 'node.finished': {
      if (!view.running.has(event.node)) return view;
      const running = new Map(view.running);
      running.delete(event.node);
      return { ...view, running };
    }
    case 'node.count': {
      const before = view.counts.get(event.node) ?? {};
      const counts = { ...before, [event.reason]: (before[event.reason] ?? 0) + event.rows };
      return { ...view, counts: new Map(view.counts).set(event.node, counts) };
    }
    default:
      return view;
  }
}

function withNode(view: View, id: string, node: RunningNode): View {
  return { ...view, running: new Map(view.running).set(id, node) };
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** One line for each running node, and how far the run has come. */
export function lines(view: View, nowMs: number, color: Colors, columns: number): string[] {
  const frame = spinner[Math.floor(nowMs / 100) % spinner.length]!;
  const width = view.widths.id;
  return [...view.running.values()].map((node) => {
    const head = `${frame} ${node.id.padEnd(width)}  `;
    const tail = node.note ?? progressText(node, nowMs);
    return `${color.cyan(head)}${fit(tail, columns - head.length)}`;
  });
}

function progressText(node: RunningNode, nowMs: number): string {
  const { progress } = node;
  const elapsed = formatDuration(nowMs - node.startedMs);
  if (!progress) return `${node.uses}  ${elapsed}`;
  const done = progress.total > 0 ? Math.min(1, progress.step / progress.total) : 0;
  const parts = [
    bar(done, 20),
    `${Math.floor(done * 100)} %`.padStart(5),
    `${progress.step}/${progress.total} ${progress.unit}`,
  ];
  const left = remainingMs(node, nowMs);
  if (left !== undefined) parts.push(`${formatDuration(left)} left`);
  parts.push(...valuesText(progress));
  return parts.join('  ');
}

/** `loss 1.935`, `14.2k tokens/s`, and what else there is: a narrow terminal cuts the end off. */
export function valuesText(progress: Progress): string[] {
  const rank = (name: string) => (name === 'loss' ? 0 : name.endsWith('_per_second') ? 1 : 2);
  const readings = Object.entries(progress.values ?? {}).sort(([a], [b]) => rank(a) - rank(b));
  return readings.map(([name, value]) =>
    name.endsWith('_per_second')
      ? `${formatRate(value)} ${name.slice(0, -'_per_second'.length)}/s`
      : `${name} ${formatNumber(value)}`,
  );
}

/** From the pace since the first progress, so that what was resumed is not counted as done just now. */
function remainingMs({ progress, firstProgress }: RunningNode, nowMs: number): number | undefined {
  if (!progress || !firstProgress || progress.step <= firstProgress.step) return undefined;
  const pace = (nowMs - firstProgress.ms) / (progress.step - firstProgress.step);
  return Math.max(0, (progress.total - progress.step) * pace);
}

function bar(done: number, width: number): string {
  const full = Math.round(done * width);
  return '━'.repeat(full) + '╌'.repeat(width - full);
}

function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}

/** The line that stays when a node is done. */
export function finishedLine(view: View, event: NodeFinished, color: Colors): string {
  const id = event.node.padEnd(view.widths.id);
  const uses = color.dim((view.uses.get(event.node) ?? '').padEnd(view.widths.uses));
  switch (event.status) {
    case 'executed':
      return `${color.green('✓')} ${id}  ${uses}  ${formatDuration(event.duration_ms).padStart(10)}  ${metricsText(event.metrics)}`.trimEnd();
    case 'cached':
      return `${color.blue('=')} ${id}  ${uses}  ${color.dim('    cached')}  ${metricsText(event.metrics)}`.trimEnd();
    case 'failed':
      return `${color.red('✗')} ${id}  ${uses}  ${color.red('failed')}`;
    case 'skipped':
      return `${color.yellow('-')} ${id}  ${uses}  ${color.yellow(`skipped: it needs ${event.because}`)}`;
    case 'stopped':
      return `${color.yellow('■')} ${id}  ${uses}  ${color.yellow('stopped; the next run goes on from here')}`;
    default:
      return event satisfies never;
  }
}

/** Rows that a node dropped, cut or repaired, a line for each reason. */
export function countLines(view: View, node: string): string[] {
  return Object.entries(view.counts.get(node) ?? {}).map(([reason, rows]) => `    ${plural(rows, 'row')}: ${reason}`);
}

/** As many metrics as a line holds. */
function metricsText(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .slice(0, 4)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join('  ');
}

/** What went wrong in a node, and what to do. */
export function failureText(node: string, failure: FailureReport, color: Colors): string {
  const head = `${color.red(`error[${failure.code}]`)} ${color.bold(node)}: ${failure.message}`;
  const hint = failure.hint === undefined ? [] : [`  ${color.cyan('help:')} ${failure.hint}`];
  const stack = failure.stack === undefined ? [] : [color.dim(failure.stack)];
  return [head, ...hint, ...stack].join('\n');
}
