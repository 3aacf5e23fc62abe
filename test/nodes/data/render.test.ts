import t from 'tap';
import { dataRender } from '../../../nodes/data/render.kind.js';
import { type KindResult, readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

const france = {
  name: { common: 'France' },
  cca3: 'FRA',
  capital: ['Paris'],
  currencies: { EUR: { name: 'Euro', symbol: '€' } },
  languages: { fra: 'French' },
  borders: ['BEL'],
  area: 551695,
  landlocked: false,
};
const belgium = {
  name: { common: 'Belgium' },
  cca3: 'BEL',
  capital: [],
  currencies: { EUR: { name: 'Euro', symbol: '€' } },
  languages: { nld: 'Dutch', fra: 'French' },
  borders: ['FRA'],
  area: 30528.5,
  subregion: null,
};

function render(templates: readonly object[], config: object = {}): Promise<KindResult> {
  const inputs = { dataset: tempRows([france, belgium]) };
  return runKind(dataRender, { config: { rows: 'text', templates, ...config }, inputs });
}

async function texts(templates: readonly object[], config: object = {}): Promise<unknown[]> {
  const result = await render(templates, config);
  return readJsonl(result.outputs.dataset!).map((row) => row.text);
}

t.test('each row times each template, row after row', async (t) => {
  t.same(
    await texts([{ text: 'The code of {{ name.common }} is {{ cca3 }}.' }, { text: '{{ name["common"] | upper }}' }]),
    ['The code of France is FRA.', 'FRANCE', 'The code of Belgium is BEL.', 'BELGIUM'],
  );
});

t.test('objects, lists, numbers and blocks', async (t) => {
  t.same(
    await texts([
      { text: '{{ languages.values() | join(" and ") }}, {{ (currencies.values() | list)[0].name }}, {{ area }}' },
    ]),
    ['French, Euro, 551695', 'Dutch and French, Euro, 30528.5'],
  );
  t.same(
    await texts([
      {
        text: '{% for code in borders %}{{ code }}{% if not loop.last %}, {% endif %}{% endfor %}{% if landlocked is defined %} (sea){% endif %}',
      },
    ]),
    ['BEL (sea)', 'FRA'],
  );
});

t.test('when leaves rows out, and they are counted', async (t) => {
  const result = await render([{ text: '{{ capital[0] }}', when: 'capital | length == 1' }, { text: 'x' }]);
  t.same(readJsonl(result.outputs.dataset!), [{ text: 'Paris' }, { text: 'x' }, { text: 'x' }]);
  t.same(result.counts, { 'no row: `when` is false': 1 });
  t.same(result.metrics, { rows: 3 });
  await t.rejects(render([{ text: 'x', when: 'false' }]), { code: 'dataset-empty' });
});

t.test('for_each makes a row for each item, and lookup finds other rows', async (t) => {
  const template = {
    for_each: 'borders',
    text: '{{ name.common }} borders {{ by_code[item].name.common }}.',
    when: 'item in by_code',
  };
  const config = { lookup: { by_code: 'cca3' } };
  t.same(await texts([template], config), ['France borders Belgium.', 'Belgium borders France.']);
  t.same(await texts([{ for_each: 'languages.values()', text: '{{ item }}' }]), ['French', 'Dutch', 'French']);
  await t.rejects(render([{ for_each: 'area', text: 'x' }]), {
    message: /template 1, row 1: `for_each` must give a list, not integer/,
  });
  await t.rejects(render([{ text: 'x' }], { lookup: { a: 'nope' } }), { code: 'missing-field' });
  await t.rejects(render([{ text: 'x' }], { lookup: { a: 'languages.fra' } }), { code: 'duplicate-lookup-key' });
});

t.test('kept fields are copied as they are', async (t) => {
  const templates = [{ prompt: 'Q: {{ name.common }}', completion: ' {{ cca3 }}' }];
  const result = await render(templates, {
    rows: 'prompt_completion',
    keep: { country: 'name.common', all: 'borders' },
  });
  t.same(readJsonl(result.outputs.dataset!)[0], {
    prompt: 'Q: France',
    completion: ' FRA',
    country: 'France',
    all: ['BEL'],
  });
  await t.rejects(render([{ text: 'x' }], { keep: { capital: 'capital[0]' } }), {
    code: 'missing-field',
    message: /^row 2/,
  });
});

t.test('templates within lists and objects', async (t) => {
  const messages = [
    { role: 'user', content: 'Capital of {{ name.common }}?' },
    { role: 'assistant', content: '{{ cca3 }}' },
  ];
  const result = await render([{ messages }], { rows: 'messages' });
  t.same(readJsonl(result.outputs.dataset!)[1]!.messages, [
    { role: 'user', content: 'Capital of Belgium?' },
    { role: 'assistant', content: 'BEL' },
  ]);
  const ranking = { prompt: 'p', responses: ['{{ cca3 }}', 'x'], ranking: [1, 0] };
  t.same(readJsonl((await render([ranking], { rows: 'ranking' })).outputs.dataset!)[0], {
    ...ranking,
    responses: ['FRA', 'x'],
  });
});

t.test('a hole in a sentence is refused with its place, or counted', async (t) => {
  await t.rejects(render([{ text: 'x' }, { text: 'The capital is {{ capital[0] }}.' }]), {
    code: 'template-undefined',
    message: 'template 2, row 2: `{{ capital[0] }}` is undefined.',
    hint: /on_undefined/,
  });
  await t.rejects(render([{ text: '{{ nome.common }}' }]), { message: /row 1: `{{ nome\.common }}` is undefined/ });
  await t.rejects(render([{ text: '{{ subregion | default("none") }}{{ subregion }}' }]), {
    message: /row 1.*undefined/,
  });
  await t.rejects(render([{ text: '{{ subregion }}', when: 'cca3 == "BEL"' }]), { message: /row 2.*is null/ });
  await t.rejects(render([{ text: '{{ a if false }}' }]), { code: 'template-undefined' });
  await t.rejects(render([{ text: '{% if capital %}x{% endif %}' }]), {
    code: 'row-type-mismatch',
    message: /row 2.*empty string/,
    hint: /skip/,
  });
  const result = await render([{ text: '{{ capital[0] }}' }, { text: '{% if capital %}x{% endif %}' }], {
    on_undefined: 'skip',
  });
  t.equal(result.metrics.rows, 2);
  t.same(result.counts, { 'no row: a value is undefined': 1, 'no row: a field is empty': 1 });
});

t.test('what fails while rendering names template and row', async (t) => {
  await t.rejects(render([{ text: '{{ area | nosuch }}' }]), {
    code: 'template-failed',
    message: /^template 1, row 1: .*nosuch/,
  });
  await t.rejects(render([{ text: '{{ nothing.deep + 1 }}' }]), { code: 'template-failed' });
});

t.test('the clock and chance are out of reach', async (t) => {
  for (const expression of ['strftime_now("%Y")', 'now()', '[1, 2] | random', 'lipsum()']) {
    await t.rejects(render([{ text: `{{ ${expression} }}` }]), { name: 'Failure' }, expression);
  }
});

t.test('all that is wrong with templates is found before there is a row', (t) => {
  const findings = (templates: readonly object[], rest: object = {}): (readonly [string, string])[] =>
    dataRender.check!({ rows: 'text', templates, keep: {}, lookup: {}, ...rest }).map(({ pointer, message }) => [
      pointer,
      message,
    ]);
  t.same(findings([{ text: '{{ a }}', when: 'a is defined' }]), []);
  t.match(findings([{ text: 'x' }, { text: '{{ a' }, { text: '{% if x %}' }]), [
    ['/templates/1/text', /Jinja/],
    ['/templates/2/text', /not closed/],
  ]);
  t.match(findings([{ text: '{{ }}' }, { text: '{{ a b }}' }, { text: 'x', when: 'a }} b {{ c' }]), [
    ['/templates/0/text', /Jinja/],
    ['/templates/1/text', /Identifier/],
    ['/templates/2/when', /one expression/],
  ]);
  t.match(findings([{ messages: [{ role: 'user', content: '{% for %}' }] }], { rows: 'messages' }), [
    ['/templates/0/messages/0/content', /Jinja/],
  ]);
  t.same(findings([{ prompt: 'x' }], { rows: 'prompt_completion' }), [
    ['/templates/0', 'a row of type prompt_completion needs the field completion'],
  ]);
  t.same(findings([{ prompt: 'x' }], { rows: 'prompt_completion', keep: { completion: 'a' } }), []);
  t.match(findings([{ text: 'x' }], { keep: { text: 'a', b: 'c..d' }, lookup: { 'x/y': ']' } }), [
    ['/templates/0/text', /also in `keep`/],
    ['/keep/b', /not the path/],
    ['/lookup/x~1y', /not the path/],
  ]);
  t.match(findings([{ when: 'true' }], { rows: 'record' }), [['/templates/0', /no field/]]);
  t.end();
});
