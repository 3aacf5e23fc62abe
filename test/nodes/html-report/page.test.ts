import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import t from 'tap';
import type { NodeRecord, RunRecord } from '../../../engine/record.js';
import { compareMetrics } from '../../../nodes/html-report/command.js';
import { reportPage } from '../../../nodes/html-report/page.js';
import type { ReportRun } from '../../../nodes/html-report/report-data.js';
import { noBrowser, openBrowser } from '../../browser.js';

const sha = (digit: string) => digit.repeat(64);
const node = (facts: Partial<NodeRecord>): NodeRecord => ({
  uses: 'fake.kind',
  recipe: sha('1'),
  status: 'executed',
  duration_ms: 1234,
  ...facts,
});
const record = (score: number, learningRate: number): RunRecord => ({
  version: 1,
  run: `20260101-000000000-${score}aaaaa`,
  experiment: sha('e'),
  pipeline: { name: 'demo <b>', file: 'pipelines/demo.yaml', text: '' },
  params: { seed: 7 },
  overrides: {},
  device: 'auto',
  versions: { lapidary: '0.1.0', node: '20' },
  pid: 1,
  started: '2026-01-01T00:00:00.000Z',
  status: 'failed',
  duration_ms: 65_000,
  nodes: {
    data: node({ uses: 'data.load', status: 'cached', counts: { 'row-invalid': 3 } }),
    tuned: node({
      uses: 'train.supervised',
      inputs: { dataset: ['data.dataset'] },
      environment: { device: 'onnx-cpu' },
      metrics: {
        exact_match: score / 10,
        exact_match_low: score / 10 - 0.1,
        exact_match_high: score / 10 + 0.1,
        n: 10,
      },
      displays: [{ title: 'table', text: 'a  b\n1  2' }],
      components: { config: { learning_rate: learningRate, seed: 1 } } as unknown as NodeRecord['components'],
    } as Partial<NodeRecord>),
    report: node({
      inputs: { metrics: ['tuned.metrics'] },
      status: 'failed',
      failure: { code: 'no-luck', message: 'It <failed>.', hint: 'Try again.' },
    }),
  },
});
const run = (label: string, score: number, answers: readonly string[]): ReportRun => ({
  label,
  record: record(score, score / 1e4),
  curves: new Map([
    ['tuned', [1, 2, 3].map((step) => ({ step, values: { loss: 3 / step, eval_loss: 4 / step, grad_norm: step } }))],
  ]),
  samples: [
    {
      node: 'tuned',
      port: 'samples',
      count: 2,
      rows: answers.map((response, i) => ({
        prompt: `Q${i} <script>alert(1)</script>`,
        reference: 'a red fox',
        response,
        exact_match: i,
      })),
    },
  ],
  datasets: [{ node: 'data', port: 'dataset', rows: 1200, bytes: 45_000 }],
  confusions: [
    {
      node: 'tuned',
      labels: ['ham', 'spam <i>'],
      counts: [
        [score, 1],
        [0, 3],
      ],
    },
  ],
  leaks: label === 'A' ? [] : [{ code: 'train-test-overlap', message: '2 of the 10 rows.' }],
});
const one = run('', 6, ['a red fox', 'a blue fox']);
const two = [run('A', 4, ['a red fox', 'no']), run('B', 6, ['a red fox', 'a blue fox'])];

t.test('a page of one run', async (t) => {
  const page = reportPage([one]);
  const { document } = parseHTML(page);
  t.equal(document.querySelector('h1')!.textContent, 'demo <b>: report of a run');
  t.notMatch(page, '<script', 'nothing that came from outside is markup');
  t.notMatch(page, /https?:\/\/(?!www\.w3\.org)/, 'nothing is loaded from elsewhere');
  const headings = [...document.querySelectorAll('h2')].map((heading) => heading.textContent);
  t.same(headings, [
    'Summary',
    'Metrics',
    'Confusion matrices',
    'Samples',
    'Training',
    'Graph',
    'Data',
    'What the nodes show',
    'Parameters of the nodes',
    'Reproduce',
  ]);
  for (const link of document.querySelectorAll('nav a')) {
    t.ok(document.querySelector(link.getAttribute('href')!), `${link.textContent} leads somewhere`);
  }
  t.same(
    [...document.querySelectorAll('.samples mark')].map((mark) => mark.textContent),
    ['blue'],
    'the word that is not in the reference',
  );
  t.match(
    document.querySelector('section[aria-labelledby=metrics]')!.textContent,
    /exact_match0\.6000 \[0\.5000, 0\.7000\]/,
  );
  t.notMatch(page, 'exact_match_low');
  t.match(document.querySelector('.failure')!.textContent, /report failed \(no-luck\): It <failed>\. Try again\./);
  t.match(document.querySelector('.warning')!.textContent, /^Warning \(train-test-overlap\): 2 of the 10 rows\.$/);
  const confusion = document.querySelector('section[aria-labelledby=confusion]')!;
  t.match(confusion.querySelector('svg')!.getAttribute('aria-label'), /Confusion matrix of tuned/);
  t.same(
    [...confusion.querySelectorAll('tbody tr')].map((row) => row.textContent),
    ['ham61', 'spam <i>03'],
  );
  t.equal(document.querySelectorAll('.graph .node').length, 3);
  t.equal(document.querySelectorAll('.graph polyline').length, 2);
  t.match(document.querySelector('section[aria-labelledby=data]')!.textContent, /1,200.*3 row-invalid/s);
  t.match(
    document.querySelector('section[aria-labelledby=reproduce]')!.textContent,
    'lapidary reproduce eeeeeeeeeeeeeeee',
  );
});

t.test('of many metrics a few plots are open, and none twice', async (t) => {
  const names = ['a', 'twin', 'b', 'c', 'd', 'e'];
  const valueAt = (name: string, index: number) => (name === 'twin' ? 0 : index / 10);
  const metrics = Object.fromEntries(
    names.flatMap((name, index) => [
      [name, valueAt(name, index)],
      [`${name}_low`, valueAt(name, index) - 1],
      [`${name}_high`, valueAt(name, index) + 1],
    ]),
  );
  const nodes = { tuned: { ...one.record.nodes.tuned!, metrics } };
  const { document } = parseHTML(reportPage([{ ...one, record: { ...one.record, nodes } }]));
  const section = document.querySelector('section[aria-labelledby=metrics]')!;
  const open = [...section.querySelectorAll(':scope > figure figcaption')].map((caption) => caption.textContent![0]);
  t.same(open, ['a', 'b', 'c', 'd']);
  t.equal(section.querySelector('summary')!.textContent, 'Intervals of twin, e');
  t.equal(section.querySelectorAll('details figure').length, 2);
});

t.test('a page of two runs tells where they differ', async (t) => {
  const { document } = parseHTML(reportPage(two));
  t.match(
    document.querySelector('section[aria-labelledby=metrics]')!.textContent,
    /exact_match0\.4000 .*0\.6000 .*\+0\.2000/,
  );
  const open = [...document.querySelectorAll('section[aria-labelledby=parameters] details[open]')];
  t.same(
    open.map((details) => details.querySelector('summary')!.textContent),
    ['tuned (differs)'],
  );
  t.equal(document.querySelectorAll('.samples thead th').length, 4, 'prompt, reference, A, B');
  t.equal(document.querySelectorAll('section[aria-labelledby=curves] .legend i').length, 2);
  t.same(compareMetrics(two[0]!.record, two[1]!.record), [
    { node: 'tuned', metric: 'exact_match', a: 0.4, b: 0.6, difference: 0.6 - 0.4 },
    { node: 'tuned', metric: 'n', a: 10, b: 10, difference: 0 },
  ]);
});

t.test('a run that did nothing has a page, too', async (t) => {
  const empty = {
    ...one,
    record: { ...one.record, nodes: {} },
    curves: new Map(),
    samples: [],
    datasets: [],
    confusions: [],
  };
  const { document } = parseHTML(reportPage([empty]));
  t.same(
    [...document.querySelectorAll('h2')].map((heading) => heading.textContent),
    ['Summary', 'Reproduce'],
  );
});

/** Runs in the page: how much wider it is than the window, and the least contrast of words (WCAG 2.1). */
const measure = `(() => {
  const luminance = (color) => {
    const [r, g, b] = color.match(/\\d+/g).map((part) => {
      const channel = Number(part) / 255;
      return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (element) => {
    const [a, b] = [getComputedStyle(element).color, getComputedStyle(document.body).backgroundColor].map(luminance);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    contrast: Math.min(...[...document.querySelectorAll('p, th, td, a, caption, figcaption, dt, .state')].map(ratio)),
  };
})()`;

t.test('in a browser: by day and by night, on a phone, by keyboard', { skip: noBrowser }, async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'lapidary-page-')), 'report.html');
  writeFileSync(file, reportPage(two));
  const browser = await openBrowser();
  t.teardown(() => browser.close());
  for (const [colorScheme, width] of [
    ['light', 1200],
    ['dark', 390],
  ] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('request', (request) => request.url().startsWith('file:') || complaints.push(request.url()));
    await page.goto(`file://${file}`);
    const { overflow, contrast } = await page.evaluate<{ overflow: number; contrast: number }>(measure);
    t.ok(overflow <= 0, `${width} pixels are wide enough`);
    t.ok(contrast >= 4.5, `contrast ${contrast}`);
    await page.keyboard.press('Tab');
    t.equal(await page.evaluate('document.activeElement.textContent'), 'To the content');
    await page.keyboard.press('Tab');
    t.equal(await page.evaluate('document.activeElement.textContent'), 'Summary');
    t.same(complaints, []);
    await page.close();
  }
});
