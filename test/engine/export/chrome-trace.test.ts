import t from 'tap';
import { chromeTrace } from '../../../engine/export/chrome-trace.js';
import type { TimedEvent } from '../../../engine/record.js';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const nodes = ['a', 'b', 'c', 'd'].map((id) => ({ id, uses: 'kind' }));
const done = { status: 'executed', key: 'k', outputs: {}, metrics: { loss: 1 }, displays: [], duration_ms: 0 } as const;

const events: TimedEvent[] = [
  { time: at(0), event: 'run.started', run: 'r', experiment: 'e', pipeline: 'p', nodes },
  { time: at(0), event: 'node.finished', node: 'd', ...done, status: 'cached' },
  { time: at(1), event: 'node.started', node: 'a', key: 'k', reasons: [] },
  { time: at(2), event: 'node.started', node: 'b', key: 'k', reasons: [] },
  { time: at(2.5), event: 'node.log', node: 'b', step: 1, values: { loss: 0.5 } },
  { time: at(3), event: 'node.finished', node: 'a', ...done },
  { time: at(4), event: 'node.started', node: 'c', key: 'k', reasons: [] },
  {
    time: at(5),
    event: 'node.finished',
    node: 'b',
    duration_ms: 0,
    status: 'failed',
    failure: { code: 'oops', message: 'no' },
  },
];

t.test('nodes are spans on as many lanes as ran side by side', async (t) => {
  const { traceEvents } = chromeTrace(events);
  const spans = traceEvents.filter(({ ph }) => ph === 'X').map(({ name, tid, ts, dur }) => ({ name, tid, ts, dur }));
  t.same(spans, [
    { name: 'a', tid: 1, ts: 1e6, dur: 2e6 },
    { name: 'b', tid: 2, ts: 2e6, dur: 3e6 },
    { name: 'c', tid: 1, ts: 4e6, dur: 1e6 },
  ]);
  t.match(
    traceEvents.find(({ name }) => name === 'b'),
    { args: { failure: 'oops: no', status: 'failed' } },
  );
  t.match(
    traceEvents.find(({ name }) => name === 'c'),
    { args: { status: 'unfinished' } },
    'it was killed',
  );
  t.match(
    traceEvents.find(({ ph }) => ph === 'i'),
    { name: 'd: cached', tid: 0, ts: 0 },
  );
  t.match(
    traceEvents.find(({ ph }) => ph === 'C'),
    { name: 'b loss', ts: 2.5e6, args: { loss: 0.5 } },
  );
  t.equal(traceEvents.filter(({ name }) => name === 'thread_name').length, 3);
});

t.test('a run without events is an empty trace', async (t) => {
  t.equal(chromeTrace([]).traceEvents.filter(({ ph }) => ph !== 'M').length, 0);
});
