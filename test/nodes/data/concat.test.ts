import fc from 'fast-check';
import t from 'tap';
import { dataConcat } from '../../../nodes/data/concat.kind.js';
import { type KindResult, readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

function concat(...paths: string[]): Promise<KindResult> {
  return runKind(dataConcat, { inputs: { datasets: paths } });
}

t.test('it is what the concatenation of lists is, and associative', async (t) => {
  const rows = fc.array(fc.record({ x: fc.integer() }), { minLength: 1, maxLength: 5 });
  const property = fc.asyncProperty(rows, rows, rows, async (...lists) => {
    const [a, b, c] = lists.map(tempRows) as [string, string, string];
    const all = readJsonl((await concat(a, b, c)).outputs.dataset!);
    t.same(all, lists.flat());
    const left = (await concat(a, b)).outputs.dataset!;
    const right = (await concat(b, c)).outputs.dataset!;
    t.same(readJsonl((await concat(left, c)).outputs.dataset!), all);
    t.same(readJsonl((await concat(a, right)).outputs.dataset!), all);
  });
  await fc.assert(property, { numRuns: 15 });
});

t.test('empty and broken datasets', async (t) => {
  const result = await concat(tempRows([]), tempRows([{ x: 1 }]));
  t.same(result.warnings, ['Dataset 1 holds no rows.']);
  t.same(result.metrics, { rows: 1, datasets: 2 });
  await t.rejects(concat(tempRows([])), { code: 'dataset-empty' });
  await t.rejects(concat(tempRows([{}]), tempRows([[]])), { message: /^dataset 2, line 1: / });
  t.equal(dataConcat.outputs.dataset!.rows!({ config: {}, rows: { datasets: 'text' } }), 'text');
});
