/**
 * A run as a trace in Chrome's event format, for Perfetto (ui.perfetto.dev) or chrome://tracing: nodes on as many lanes as
 * ran side by side. Format: "Trace Event Format", Google, 2016. Pure.
 */
import type { TimedEvent } from '../record.js';

interface TraceEvent {
  readonly name: string;
  /** `X` a span, `i` an instant, `C` a counter, `M` a name. */
  readonly ph: 'X' | 'i' | 'C' | 'M';
  readonly pid: 1;
  readonly tid: number;
  /** Microseconds since the run began. */
  readonly ts?: number;
  readonly dur?: number;
  readonly s?: 't';
  readonly cat?: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface ChromeTrace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly TraceEvent[];
}

/** `events` as a record keeps them, in the order in which they came. A node without an end ran until the last event. */
export function chromeTrace(events: readonly TimedEvent[]): ChromeTrace {
  const micros = ({ time }: TimedEvent): number => Date.parse(time) * 1000;
  const begin = events[0] ? micros(events[0]) : 0;
  const last = events.at(-1) ? micros(events.at(-1)!) - begin : 0;
  const lanes = createLanes();
  const uses = new Map<string, string>();
  const open = new Map<string, { lane: number; ts: number; args: Record<string, unknown> }>();
  const spans: TraceEvent[] = [];
  const close = (node: string, ts: number, args: Readonly<Record<string, unknown>>): void => {
    const started = open.get(node);
    if (!started) return;
    open.delete(node);
    lanes.free(started.lane);
    const { lane, ts: from } = started;
    const span = { ph: 'X', pid: 1, tid: lane, ts: from, dur: ts - from, cat: uses.get(node) ?? '' } as const;
    spans.push({ name: node, ...span, args: { ...started.args, ...args } });
  };
  for (const event of events) {
    const ts = micros(event) - begin;
    const instant = (node: string, name: string, args: Readonly<Record<string, unknown>>): void => {
      spans.push({ name, ph: 'i', s: 't', pid: 1, tid: open.get(node)?.lane ?? 0, ts, args });
    };
    switch (event.event) {
      case 'run.started':
        for (const { id, uses: kind } of event.nodes) uses.set(id, kind);
        break;
      case 'node.started':
        open.set(event.node, { lane: lanes.take(), ts, args: { uses: uses.get(event.node), key: event.key } });
        break;
      case 'node.finished':
        if (event.status === 'cached') instant(event.node, `${event.node}: cached`, { key: event.key });
        close(event.node, ts, {
          status: event.status,
          ...('metrics' in event ? { metrics: event.metrics } : {}),
          ...('failure' in event ? { failure: `${event.failure.code}: ${event.failure.message}` } : {}),
        });
        break;
      case 'node.retried':
        instant(event.node, `${event.node}: attempt ${event.attempt} failed`, { failure: event.failure.message });
        break;
      case 'node.log':
        for (const [name, value] of Object.entries(event.values)) {
          spans.push({ name: `${event.node} ${name}`, ph: 'C', pid: 1, tid: 0, ts, args: { [name]: value } });
        }
        break;
    }
  }
  for (const node of [...open.keys()]) close(node, last, { status: 'unfinished' });
  return { displayTimeUnit: 'ms', traceEvents: [...names(events, lanes.count()), ...spans] };
}

function names(events: readonly TimedEvent[], lanes: number): TraceEvent[] {
  const started = events.find((event) => event.event === 'run.started');
  const run = started?.event === 'run.started' ? `${started.pipeline}, run ${started.run}` : 'run';
  const lane = (tid: number): TraceEvent => ({
    name: 'thread_name',
    ph: 'M',
    pid: 1,
    tid,
    args: { name: tid === 0 ? 'from the store' : `lane ${tid}` },
  });
  return [
    { name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: run } },
    ...Array.from({ length: lanes + 1 }, (_, tid) => lane(tid)),
  ];
}

/** Lanes from 1: the first that is free is taken. */
function createLanes() {
  const busy: boolean[] = [];
  return {
    take(): number {
      const free = busy.indexOf(false);
      const lane = free < 0 ? busy.length : free;
      busy[lane] = true;
      return lane + 1;
    },
    free(lane: number): void {
      busy[lane - 1] = false;
    },
    count: () => busy.length,
  };
}
