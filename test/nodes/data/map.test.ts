import fc from 'fast-check';
import t from 'tap';
import { dataMap } from '../../../nodes/data/map.kind.js';
import { type KindResult, readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

const rows = [
  { id: 1, question: 'Who?', tags: ['a', 'b'], score: 0.5 },
  { id: 2, question: 'Why?', tags: [], score: null },
];

function map(config: object, input: readonly object[] = rows): Promise<KindResult> {
  return runKind(dataMap, { config: { ...config }, inputs: { dataset: tempRows(input) } });
}

async function first(config: object): Promise<unknown> {
  return readJsonl((await map(config, rows.slice(0, 1))).outputs.dataset!)[0];
}

t.test('expressions keep their types', async (t) => {
  const set = {
    words: 'question.split("h") | length',
    half: 'score / 2',
    first: 'tags[0]',
    both: '{"q": question, "list": [id, none, true]}',
    long: 'question | length > 10',
    pair: '(id, 1.5)',
  };
  t.same(await first({ set, remove: ['tags', 'score', 'question'] }), {
    id: 1,
    words: 2,
    half: 0.25,
    first: 'a',
    both: { q: 'Who?', list: [1, null, true] },
    long: false,
    pair: [1, 1.5],
  });
});

t.test('templates give texts, fields are renamed in place, and all see the input row', async (t) => {
  const config = { rename: { prompt: 'question', number: 'id' }, text: { completion: '{{ tags | join("+") }}.' } };
  const row = await first({ ...config, set: { id: 'question' }, remove: ['score'] });
  t.same(row, { number: 1, prompt: 'Who?', tags: ['a', 'b'], id: 'Who?', completion: 'a+b.' });
  t.same(Object.keys(row as object), ['number', 'prompt', 'tags', 'id', 'completion']);
  t.same(await first({ rename: { id: 'score', score: 'id' }, remove: ['tags', 'question'] }), { score: 1, id: 0.5 });
  t.same(await first({ rename: { id: 'score' }, remove: ['tags', 'question'] }), { id: 0.5 }, 'it gives way');
});

t.test('any row comes through untouched but for what is set', async (t) => {
  const row = fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== '__proto__' && name !== 'new'),
    fc.jsonValue(),
  );
  const property = fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (input) => {
    const clean = JSON.parse(JSON.stringify(input)) as object[];
    const result = await map({ set: { new: '1' } }, clean);
    t.same(
      readJsonl(result.outputs.dataset!),
      clean.map((each) => ({ ...each, new: 1 })),
    );
  });
  await fc.assert(property, { numRuns: 30 });
});

t.test('what is undefined is refused with its row and field, or skipped and counted', async (t) => {
  const cases = [
    [{ set: { tag: 'tags[0]' } }, 'row 2: the field `tag`: the value is undefined.'],
    [{ text: { tag: '{{ score }}' } }, 'row 2: the field `tag`: `{{ score }}` is null.'],
  ] as const;
  for (const [config, message] of cases) {
    await t.rejects(map(config), { code: 'template-undefined', message, hint: /skip/ });
    const result = await map({ ...config, on_undefined: 'skip' });
    t.equal(result.metrics.rows, 1);
    t.same(result.counts, { 'no row: a value is undefined': 1 });
  }
  await t.rejects(map({ rename: { a: 'nope' } }), { message: 'row 1: there is no field `nope` to rename.' });
  await t.rejects(map({ rename: { a: 'nope' }, on_undefined: 'skip' }), { code: 'dataset-empty' });
  await t.rejects(map({ set: { x: 'id | nosuch' } }), { code: 'template-failed', message: /^row 1: the field `x`: / });
  await t.rejects(map({ set: { x: 'range' } }), { message: /the value is a function, which JSON cannot hold/ });
});

t.test('the row type is checked, kept, or unknown', async (t) => {
  const bad = { code: 'row-type-mismatch', message: /^row 2: not a row of type text: the field `text`.*empty/ };
  await t.rejects(map({ rows: 'text', text: { text: '{{ tags | join }}' } }), bad);
  const rowsOf = (config: object, dataset?: string): unknown =>
    dataMap.outputs.dataset!.rows!({
      config: { rows: null, set: {}, text: {}, rename: {}, remove: [], ...config },
      rows: { dataset },
    });
  t.equal(rowsOf({ rows: 'text' }, 'record'), 'text');
  t.equal(rowsOf({ set: { n: '1' } }, 'prompt_completion'), 'prompt_completion');
  for (const config of [
    { set: { prompt: '1' } },
    { text: { prompt: '' } },
    { rename: { prompt: 'a' } },
    { rename: { a: 'prompt' } },
    { remove: ['prompt'] },
  ]) {
    t.equal(rowsOf(config, 'prompt_completion'), undefined, JSON.stringify(config));
  }
  t.equal(rowsOf({ set: { n: '1' } }), undefined);
});

t.test('clashes and wrong syntax are found before there is a row', (t) => {
  const findings = (config: object): unknown[] =>
    dataMap.check!({ set: {}, text: {}, rename: {}, remove: [], ...config }).map(({ pointer, message }) => [
      pointer,
      message,
    ]);
  t.match(findings({}), [['', /changes nothing/]]);
  t.match(findings({ set: { a: '1' }, text: { a: 'x' }, rename: { 'a/b': 'c' } }), [['/text/a', /made twice/]]);
  t.match(findings({ rename: { a: 'b', c: 'b' } }), [['/rename/c', /renamed twice/]]);
  t.match(findings({ set: { a: '1' }, rename: { b: 'c' }, remove: ['a', 'c', 'd'] }), [
    ['/remove/0', /also made/],
    ['/remove/1', /renamed/],
  ]);
  t.match(findings({ set: { a: '1 +' }, text: { 'x/y': '{% if %}' } }), [
    ['/set/a', /Jinja/],
    ['/text/x~1y', /Jinja/],
  ]);
  t.end();
});
