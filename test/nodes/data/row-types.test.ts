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
  ['classification', { text: 'a', label: 1.5 }, 'label', /a string or an integer/],
];

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
