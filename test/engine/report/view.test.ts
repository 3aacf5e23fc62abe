import pc from 'picocolors';
import t from 'tap';
import type { RunEvent } from '../../../engine/event.js';
import { formatDuration, formatNumber, formatRate } from '../../../engine/report/format.js';
import { plainReporter } from '../../../engine/report/reporter.js';
import { emptyView, lines, update } from '../../../engine/report/view.js';

const plain = pc.createColors(false);

t.test('numbers, times and rates', async (t) => {
  t.same([0, 999, 12_340, 59_960, 185_000, 7_440_000].map(formatDuration), [
    '0 ms',
    '999 ms',
    '12.3 s',
    '1 min 00 s',
    '3 min 05 s',
    '2 h 04 min',
  ]);
  t.same([7, 0.51234, 12.3456, 0.0000123, 123456.7, -2.5].map(formatNumber), [
    '7',
    '0.5123',
    '12.35',
    '1.23e-5',
    '123457',
    '-2.500',
  ]);
  t.same([812, 14_230, 1_300_000].map(formatRate), ['812', '14.2k', '1.3M']);
});

t.test('a running node shows its bar, readings and what is left', async (t) => {
  const events: RunEvent[] = [
    {
      event: 'run.started',
      run: 'r',
      experiment: 'e',
      pipeline: 'p',
      nodes: [{ id: 'sft', uses: 'train.supervised' }],
    },
    { event: 'node.started', node: 'sft', key: 'k', reasons: [] },
    { event: 'node.progress', node: 'sft', step: 100, total: 400, unit: 'steps' },
    {
      event: 'node.progress',
      node: 'sft',
      step: 200,
      total: 400,
      unit: 'steps',
      values: { learning_rate: 0.001, tokens_per_second: 14_200, loss: 1.5 },
    },
  ];
  const view = events.reduce((before, event, i) => update(before, event, i * 1000), emptyView);
  t.same(lines(view, 4000, plain, 200), [
    '⠋ sft  ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌   50 %  200/400 steps  4.0 s left  loss 1.500  14.2k tokens/s  learning_rate 0.001000',
  ]);
  t.equal(lines(view, 4000, plain, 40)[0]!.length, 40, 'cut to the width of the terminal');
  const done = update(view, { event: 'node.finished', node: 'sft', status: 'stopped', duration_ms: 1 }, 5000);
  t.same(lines(done, 5000, plain, 80), []);
});

t.test('without a terminal, a line for what stays and one now and then for progress', async (t) => {
  const printed: string[] = [];
  let now = 0;
  const reporter = plainReporter(
    (line) => printed.push(line),
    () => now,
  );
  reporter.event({
    event: 'run.started',
    run: 'r',
    experiment: 'abcdef0123456789',
    pipeline: 'p',
    nodes: [{ id: 'a', uses: 'k' }],
  });
  reporter.event({ event: 'node.started', node: 'a', key: 'k', reasons: [] });
  for (now = 1000; now <= 21_000; now += 1000) {
    reporter.event({ event: 'node.progress', node: 'a', step: now, total: 30_000, unit: 'steps' });
  }
  reporter.event({
    event: 'node.finished',
    node: 'a',
    status: 'failed',
    failure: { code: 'told', message: 'no', hint: 'yes' },
    duration_ms: 1,
  });
  t.equal(printed.filter((line) => line.includes('steps')).length, 2);
  t.match(printed.at(-1), /error\[told\].* a: no\n.*help: yes/);
});
