/**
 * Reporters print a run's events: for a person at a terminal, for a log file, or as NDJSON. Only they print.
 */
import type { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import type { RunEvent } from '../event.js';
import { gatherText } from '../gathered-text.js';
import { stringify } from '../json.js';
import { formatDuration, plural, shortHash } from './format.js';
import { countLines, emptyView, failureText, finishedLine, lines, update, type View, valuesText } from './view.js';

export interface Reporter {
  event(event: RunEvent): void;
  /** Leaves the terminal as it found it. */
  close(): void;
}

/** One event a line, as it is. */
export function jsonReporter(write: (text: string) => void): Reporter {
  const lines = gatherText(write);
  return { event: (event) => lines.add(`${stringify(event)}\n`), close: lines.flush };
}

/** For a person: live where `stream` is a terminal, plain lines elsewhere. */
export function humanReporter(stream: NodeJS.WriteStream): Reporter {
  if (stream.isTTY && !process.env.CI) return liveReporter(stream);
  const lines = gatherText((text) => void stream.write(text));
  const reporter = plainReporter((line) => lines.add(`${line}\n`));
  return { event: reporter.event, close: lines.flush };
}

const redrawMs = 100;

function liveReporter(stream: NodeJS.WriteStream): Reporter {
  // Imported at the first tick: a run that is over by then has nothing to redraw.
  let log: ReturnType<typeof createLogUpdate> | undefined;
  let closed = false;
  const load = async () => {
    const module = await import('log-update');
    if (!closed) log = module.createLogUpdate(stream, { showCursor: true });
  };
  let loading: Promise<void> | undefined;
  let view: View = emptyView;
  const draw = () => log?.(lines(view, Date.now(), pc, stream.columns ?? 80).join('\n'));
  const timer = setInterval(() => {
    if (loading === undefined) loading = load();
    else draw();
  }, redrawMs);
  timer.unref();
  return {
    event(event) {
      view = update(view, event, Date.now());
      const text = permanentText(view, event);
      if (text !== undefined) {
        log?.clear();
        stream.write(`${text}\n`);
        draw();
      }
    },
    close() {
      closed = true;
      clearInterval(timer);
      log?.clear();
      log?.done();
    },
  };
}

/** How often a running node tells where it is, when nothing can be redrawn. */
const plainProgressMs = 10_000;

export function plainReporter(print: (line: string) => void, now: () => number = Date.now): Reporter {
  let view: View = emptyView;
  const told = new Map<string, number>();
  return {
    event(event) {
      view = update(view, event, now());
      const text = permanentText(view, event);
      if (text !== undefined) print(text);
      if (event.event === 'node.started') told.set(event.node, now());
      if (event.event === 'node.progress' && now() - (told.get(event.node) ?? 0) >= plainProgressMs) {
        told.set(event.node, now());
        print(pc.dim(`  ${event.node}  ${event.step}/${event.total} ${event.unit}  ${valuesText(event).join('  ')}`));
      }
    },
    close: () => {},
  };
}

/** What of an event stays on the screen. */
function permanentText(view: View, event: RunEvent): string | undefined {
  switch (event.event) {
    case 'run.started':
      return `${pc.bold(event.pipeline)}  experiment ${shortHash(event.experiment)}  ${plural(event.nodes.length, 'node')}`;
    case 'node.finished': {
      const failure = event.status === 'failed' ? [failureText(event.node, event.failure, pc)] : [];
      return [finishedLine(view, event, pc), ...countLines(view, event.node).map(pc.dim), ...failure].join('\n');
    }
    case 'node.warning':
      return `${pc.yellow('!')} ${event.node}: ${event.message}`;
    case 'node.retried':
      return `${pc.yellow('!')} ${event.node}: ${event.failure.message}; trying again (${event.attempt})`;
    case 'node.output':
      return pc.dim(`  ${event.node} | ${event.text}`);
    case 'node.waiting':
      return pc.dim(
        `  ${event.node}: process ${event.pid} on ${event.host} is working on the same; waiting for its result`,
      );
    case 'run.finished': {
      const { executed, cached, failed, skipped } = event.counts;
      const counts = Object.entries({ executed, cached, failed, skipped }).flatMap(([name, n]) =>
        n > 0 ? [`${n} ${name}`] : [],
      );
      const color = event.status === 'done' ? pc.green : event.status === 'failed' ? pc.red : pc.yellow;
      return `${color(event.status)} in ${formatDuration(event.duration_ms)}: ${counts.join(', ') || 'nothing to do'}  ${pc.dim(`run ${event.run}`)}`;
    }
    default:
      return undefined;
  }
}
