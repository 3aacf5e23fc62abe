import fc from 'fast-check';
import t from 'tap';
import { dataFilter } from '../../../nodes/data/filter.kind.js';
import { type KindResult, readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

function filter(rows: readonly object[], config: object): Promise<KindResult> {
  return runKind(dataFilter, { config: { ...config }, inputs: { dataset: tempRows(rows) } });
}

const rows = [{ text: 'a', label: 'x' }, { text: 'abc', label: 'y' }, { text: 'abcdef', label: 'x' }, { text: '' }];

t.test('rows stay where the condition is true, in their order', async (t) => {
  const result = await filter(rows, { where: 'text | length >= 3' });
  t.same(readJsonl(result.outputs.dataset!), [rows[1], rows[2]]);
  t.same(result.counts, { '`where` is false': 2 });
  t.same(result.metrics, { rows: 2 });
});

t.test('each row that goes is counted once, by the first reason', async (t) => {
  const config = {
    where: 'label is defined',
    drop: { 'too long': 'text | length > 4', 'too short': 'text | length < 2', 'label x': 'label == "x"' },
  };
  const result = await filter(rows, config);
  t.same(readJsonl(result.outputs.dataset!), [rows[1]]);
  t.same(result.counts, { '`where` is false': 1, 'too long': 1, 'too short': 1 });
});

t.test('what a condition keeps and what its opposite keeps are all', async (t) => {
  const property = fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), async (values) => {
    const input = values.map((value, id) => ({ id, value }));
    const keep = async (where: string): Promise<Record<string, unknown>[]> => {
      try {
        return readJsonl((await filter(input, { where })).outputs.dataset!);
      } catch (error) {
        t.match(error, { code: 'dataset-empty' });
        return [];
      }
    };
    const both = [...(await keep('value < 5')), ...(await keep('not value < 5'))];
    t.same(
      both.sort((a, b) => Number(a.id) - Number(b.id)),
      input,
    );
  });
  await fc.assert(property, { numRuns: 20 });
});

t.test('what cannot be judged names its row', async (t) => {
  await t.rejects(filter(rows, { where: 'label | length > 0' }), {
    code: 'template-failed',
    message: /^row 4: /,
    hint: /is defined/,
  });
  await t.rejects(filter(rows, { where: 'false' }), { code: 'dataset-empty', hint: /counts/ });
  await t.rejects(filter([], { where: 'true' }), { code: 'dataset-empty' });
});

t.test('wrong conditions are found before there is a row', (t) => {
  const findings = (config: object): unknown[] =>
    dataFilter.check!({ where: null, drop: {}, ...config }).map(({ pointer, message }) => [pointer, message]);
  t.same(findings({ where: 'a' }), []);
  t.match(findings({}), [['', /needs `where`, `drop` or `function`/]]);
  t.match(findings({ where: 'a ==', drop: { 'a/b': 'x y', ok: 'x' } }), [
    ['/where', /Jinja/],
    ['/drop/a~1b', /Jinja/],
  ]);
  t.equal(dataFilter.outputs.dataset!.rows!({ config: {}, rows: { dataset: 'text' } }), 'text');
  t.end();
});
