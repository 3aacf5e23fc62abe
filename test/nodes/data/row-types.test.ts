import t from 'tap';
import { findRowProblem, type RowTypeName, rowTypes, textsOf } from '../../../nodes/data/row-types.js';

const good: Readonly<Record<RowTypeName, object>> = {
  record: { anything: [1] },
  text: { text: 'a', extra: 1 },
  prompt: { prompt: 'a' },
  prompt_completion: { prompt: 'a', completion: 'b' },
  messages: { messages: [{ role: 'user', content: '' }] },
  preference: { prompt: 'a', chosen: 'b', rejected: 'c' },
  unpaired_preference: { prompt: 'p', completion: 'c', label: false },
  ranking: { prompt: 'a', responses: ['b', 'c', 'd'], ranking: [2, 0, 1] },
  classification: { text: 'a', label: 3 },
};

const bad: readonly [RowTypeName, object, string, RegExp][] = [
  ['text', {}, 'text', /^is missing$/],
  ['text', { text: '' }, 'text', /not an empty string/],
  ['text', { text: 5 }, 'text', /not the number 5/],
  ['text', Object.create({ text: 'inherited' }), 'text', /^is missing$/],
  ['prompt', { text: 'a' }, 'prompt', /missing/],
  ['prompt_completion', { prompt: 'a', completion: null }, 'completion', /not null/],
  ['messages', { messages: [] }, 'messages', /at least 1, not an empty array/],
  [
    'messages',
    {
      messages: [
        { role: 'user', content: 'a' },
        { role: '', content: 'a' },
      ],
    },
    'messages[1].role',
    /empty/,
  ],
  ['messages', { messages: [{ role: 'user' }] }, 'messages[0].content', /missing/],
  ['messages', { messages: ['a'] }, 'messages[0]', /not the string "a"/],
  ['preference', { prompt: 'a', chosen: 'b' }, 'rejected', /missing/],
  ['ranking', { prompt: 'a', responses: ['b'], ranking: [0] }, 'responses', /at least 2/],
  ['ranking', { prompt: 'a', responses: ['b', 'c'], ranking: [0, 0] }, 'ranking', /0 to 1 once, not \[0, 0\]/],
  ['ranking', { prompt: 'a', responses: ['b', 'c'], ranking: [0, 1, 2] }, 'ranking', /once/],
  ['ranking', { prompt: 'a', responses: ['b', 'c'], ranking: [0, 1.5] }, 'ranking[1]', /index/],
  ['preference', { prompt: 'a', chosen: 'b', rejected: 'c', margin: '1' }, 'margin', /a number/],
  ['ranking', tied([[0, 3]]), 'ties[0]', /not in ranking/],
  ['ranking', tied([[0]]), 'ties[0]', /at least 2/],
  ['ranking', tied(3), 'ties', /an array/],
  ['ranking', tied([[0, 0]]), 'ties[0]', /tied already/],
  [
    'ranking',
    tied([
      [2, 0],
      [0, 1],
    ]),
    'ties[1]',
    /tied already/,
  ],
  ['ranking', tied([[1, 2]]), 'ties[0]', /contradicts ranking/],
  ['classification', { text: 'a' }, 'label', /missing/],
  ['classification', { text: 'a', label: ['b', ''] }, 'label[1]', /a string or an integer/],
  ['classification', { text: 'a', labels: 'b' }, 'labels', /an array/],
  ['classification', { text: 'a', labels: [null] }, 'labels[0]', /a string or an integer/],
  ['classification', { text: 'a', label: 1.5 }, 'label', /a string or an integer/],
];

/** 2 is the best, then 0, then 1. */
function tied(ties: unknown): object {
  return { prompt: 'a', responses: ['b', 'c', 'd'], ranking: [2, 0, 1], ties };
}

t.test('a text may have several labels, or none', async (t) => {
  for (const fields of [{ label: [] }, { labels: [] }, { label: ['b', 2] }, { labels: ['b', 'c'] }]) {
    t.equal(findRowProblem('classification', { text: 'a', ...fields }), undefined, JSON.stringify(fields));
  }
});

t.test('ties of a ranking, and margins, may be left out or be null', async (t) => {
  for (const ties of [undefined, null, [], [[1, 0]], [[0, 2, 1]]]) {
    t.equal(findRowProblem('ranking', tied(ties) as never), undefined, JSON.stringify(ties));
  }
  for (const margin of [null, 0.5, -1]) {
    t.equal(findRowProblem('preference', { ...good.preference, margin } as never), undefined);
  }
});

t.test('every row type takes its rows', async (t) => {
  for (const type of rowTypes) t.equal(findRowProblem(type, good[type] as never), undefined, type);
});

t.test('what does not fit is named, with the field', async (t) => {
  for (const [type, row, field, problem] of bad) {
    const found = findRowProblem(type, row as never);
    t.match(found, { field, problem }, `${type} ${JSON.stringify(row)}`);
  }
});

t.test('every text of a row is found', async (t) => {
  const texts = rowTypes.map((type) => [...textsOf(good[type] as never)].join(''));
  t.same(texts, ['', 'a', 'a', 'ab', '', 'abc', 'pc', 'abcd', 'a']);
});
