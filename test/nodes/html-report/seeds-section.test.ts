import { parseHTML } from 'linkedom';
import t from 'tap';
import type { ReportRun } from '../../../nodes/html-report/report-data.js';
import { differOnlyInSeed, metricsOverSeeds, seedsSection } from '../../../nodes/html-report/seeds-section.js';

const run = (label: string, nodes: object, experiment = label): ReportRun =>
  ({
    ...{ label, curves: new Map(), samples: [], datasets: [], confusions: [], leaks: [] },
    record: { pipeline: { name: 'p' }, experiment, params: {}, nodes },
  }) as unknown as ReportRun;
const node = (acc: number, config: object, more: object = {}) => ({
  ...{
    uses: 'evaluate.x',
    key: `${acc}`,
    components: { config, sources: [] },
    metrics: { acc, acc_low: 0, acc_high: 1 },
  },
  ...more,
});

t.test('runs that differ only in the seed are put together', (t) => {
  const seeds = [1, 2, 3].map((seed) =>
    run('ABC'[seed - 1]!, {
      base: { ...node(0.1, {}), key: 'same' },
      sft: node(seed / 10, { seed, learning_rate: 0.1 }),
    }),
  );
  t.ok(differOnlyInSeed(seeds));
  t.same(
    [...metricsOverSeeds(seeds)].map(([id, metrics]) => [id, ...metrics]),
    [['base'], ['sft', ['acc', [0.1, 0.2, 0.3]]]],
  );
  const { document } = parseHTML(seedsSection(seeds)!.text);
  const cells = [...document.querySelectorAll('tbody tr')].map((row) => row.textContent);
  t.equal(cells.length, 1);
  t.match(cells[0], /sftacc30\.20000\.10000\.2000 \[0\.1\d+, 0\.\d+\]0\.10000\.3000/);
  const other = [seeds[0]!, run('B', { sft: node(0.2, { seed: 2, learning_rate: 0.5 }) })];
  t.notOk(differOnlyInSeed(other));
  t.equal(seedsSection(other), undefined);
  t.notOk(differOnlyInSeed([seeds[0]!, seeds[0]!]), 'the same twice');
  t.end();
});

t.test('instances of a matrix over seeds', (t) => {
  const instance = (acc: number, matrix: Record<string, number>) => {
    const id = `q[${Object.entries(matrix)
      .map(([axis, value]) => `${axis}=${value}`)
      .join(',')}]`;
    return [id, node(acc, matrix, { matrix })];
  };
  const nodes = [0.1, 0.2].flatMap((lr) => [7, 8].map((seed) => instance(lr * seed, { lr, seed })));
  const found = metricsOverSeeds([run('', Object.fromEntries(nodes))]);
  t.same([...found.keys()], ['q[lr=0.1]', 'q[lr=0.2]']);
  t.equal(found.get('q[lr=0.1]')!.get('acc')!.length, 2);
  const alone = [1, 2].map((seed) => instance(seed, { seed }));
  t.same([...metricsOverSeeds([run('', Object.fromEntries(alone))]).keys()], ['q']);
  const both = metricsOverSeeds([run('A', Object.fromEntries(alone)), run('B', { other: node(1, {}) })]);
  t.same([...both.keys()], ['A · q']);
  t.end();
});
