import { join } from 'node:path';
import { Ajv } from 'ajv';
import t, { type Test } from 'tap';
import { checkRewardFunctions, rewardSources } from '../../../nodes/reward/check-functions.js';
import { type Answered, createRewardFunctions } from '../../../nodes/reward/functions.js';
import { wordsOf } from '../../../nodes/reward/text-rewards.js';
import { type RewardFunctionConfig, rewardFunctionsProperty } from '../../../schemas/kinds/reward-functions.js';

/** As the engine would fill them in. */
function filled(written: readonly object[]): RewardFunctionConfig[] {
  const ajv = new Ajv({ useDefaults: true, strict: false });
  const config = { reward_funcs: structuredClone(written) };
  const schema = { type: 'object', properties: { reward_funcs: rewardFunctionsProperty } };
  if (!ajv.validate(schema, config)) throw new Error(ajv.errorsText());
  return config.reward_funcs as RewardFunctionConfig[];
}

const never = new AbortController().signal;
const answered = (response: string, row: object = {}): Answered => ({ prompt: 'Q', response, row: { ...row } });

async function rewards(t: Test, written: readonly object[], responses: readonly Answered[], signal = never) {
  const entries = filled(written);
  const findings = checkRewardFunctions(entries);
  if (findings.length > 0) throw new Error(JSON.stringify(findings));
  const files = rewardSources(entries).flatMap(({ patterns }) => patterns);
  const folder = t.testdirName;
  const sources = files.map((name) => ({ name, path: join(folder, name), digest: '' as never }));
  return createRewardFunctions(entries, { sources, scratch: join(folder, 'scratch') }).score(responses, signal);
}

const one = async (t: Test, written: object, response: string, row: object = {}) =>
  (await rewards(t, [written], [answered(response, row)])).total[0];

t.test('exact_match compares with a field, all of the response or a part', async (t) => {
  const match = { exact_match: { field: 'answer' } };
  t.equal(await one(t, match, ' Rome\n', { answer: 'Rome' }), 1);
  t.equal(await one(t, match, 'rome', { answer: 'Rome' }), 0);
  t.equal(await one(t, { exact_match: { field: 'answer', ignore_case: true } }, 'rome', { answer: 'Rome' }), 1);
  t.equal(await one(t, match, '42', { answer: 42 }), 1);
  t.equal(await one(t, match, 'Roma', { answer: ['Rome', 'Roma'] }), 1);
  const extract = { exact_match: { field: 'facts.answer', extract: '#### (\\d+)' } };
  t.equal(await one(t, extract, 'So it is #### 42', { facts: { answer: 42 } }), 1);
  t.equal(await one(t, extract, 'So it is 42', { facts: { answer: 42 } }), 0);
  await t.rejects(one(t, match, 'Rome', {}), { code: 'reward-field-missing' });
});

t.test('regex, contains, length', async (t) => {
  t.equal(await one(t, { regex: { pattern: '^\\d+$' } }, '17'), 1);
  t.equal(await one(t, { regex: { pattern: '^\\d+$' } }, '17 '), 0);
  const texts = ['Rome', 'Paris'];
  t.equal(await one(t, { contains: { texts } }, 'to Rome'), 1);
  t.equal(await one(t, { contains: { texts } }, 'to rome'), 0);
  t.equal(await one(t, { contains: { texts, aggregate: 'all' } }, 'to Rome'), 0);
  t.equal(await one(t, { contains: { texts, aggregate: 'share', ignore_case: true } }, 'to rome'), 0.5);
  t.equal(await one(t, { length: { target: 4 } }, "it's a four-word thing"), 1);
  t.equal(await one(t, { length: { target: 4 } }, ''), 0);
  t.equal(await one(t, { length: { target: 4, unit: 'characters' } }, '🙂🙂'), 0.5);
  const tokens = { ...answered('x'), responseIds: [1, 2, 3] };
  const scores = await rewards(t, [{ length: { target: 2, unit: 'tokens' } }], [tokens]);
  t.equal(scores.total[0], 0.5);
  await t.rejects(one(t, { length: { target: 2, unit: 'tokens' } }, 'x'), { code: 'reward-without-tokens' });
});

t.test('lexicon: words in lower case, mean or sum', async (t) => {
  const lexicon = { words: { Fine: 2 }, positive: ['good'], negative: ['bad'] };
  t.equal(await one(t, { lexicon }, 'A FINE, good day; not bad'), (2 + 1 - 1) / 6);
  t.equal(await one(t, { lexicon: { ...lexicon, aggregate: 'sum' } }, 'good good badly'), 2);
  t.equal(await one(t, { lexicon }, '...'), 0);
  t.same(wordsOf("Don’t stop—l'été über-groß"), ['don’t', 'stop', "l'été", 'über-groß']);
});

t.test('several functions are weighted and added up', async (t) => {
  const functions = [
    { regex: { pattern: 'a' }, weight: 2 },
    { length: { target: 1, unit: 'characters' }, name: 'short' },
  ];
  const { total, each } = await rewards(t, functions, [answered('a'), answered('bb')]);
  t.same([...total], [3, 0]);
  t.same(Object.keys(each), ['regex', 'short']);
  t.same([...each.regex!], [1, 0]);
});

t.test('a command reads rows and writes numbers', async (t) => {
  t.testdir({ 'judge.mjs': judge });
  const command = { run: ['node', 'judge.mjs'], files: ['judge.mjs'], env: { PLUS: '0.5' } };
  const { total } = await rewards(t, [{ command }], [answered('abc', { n: 1 }), answered('', { n: 2 })]);
  t.same([...total], [4.5, 2.5]);
  t.same((await rewards(t, [{ command }], [])).total.length, 0);
});

const judge = `
let text = '';
for await (const piece of process.stdin) text += piece;
console.error('judging');
for (const line of text.trim().split('\\n')) {
  const { prompt, response, row } = JSON.parse(line);
  if (prompt !== 'Q') throw new Error('no prompt');
  console.log(response.length + row.n + Number(process.env.PLUS));
}
`;

t.test('what a command does wrong is a failure', async (t) => {
  const two = [answered('a'), answered('b')];
  const fails = async (run: string, code: string, more: object = {}) =>
    t.rejects(rewards(t, [{ command: { run, ...more } }], two), { code }, run);
  await fails('echo 1', 'reward-count');
  await fails('cat > /dev/null; echo 1; echo 2; echo 3', 'reward-count');
  await fails('cat > /dev/null; echo nan; echo 2', 'reward-not-a-number');
  await fails('cat > /dev/null; echo 1e999; echo 2', 'reward-not-finite');
  await fails('cat > /dev/null; echo 1; echo 2; exit 3', 'reward-failed');
  await fails('sleep 60', 'reward-timeout', { timeout_seconds: 0.2 });
  await t.rejects(rewards(t, [{ command: { run: ['no-such-program-here'] } }], two), { code: 'reward-failed' });
  const abort = new AbortController();
  abort.abort();
  await t.rejects(rewards(t, [{ command: { run: 'sleep 60' } }], two, abort.signal), { name: 'Stopped' });
});

t.test('a wrong list is found before anything runs', (t) => {
  const findings = (...written: object[]) => checkRewardFunctions(filled(written)).map(({ pointer }) => pointer);
  const regex = { pattern: 'a' };
  t.same(findings({ regex }, { regex, name: 'other' }), []);
  t.same(findings({ regex }, { regex }), ['/reward_funcs/1']);
  t.same(findings({}, { regex, length: { target: 1 } }), ['/reward_funcs/0', '/reward_funcs/1']);
  t.same(findings({ regex: { pattern: '(' } }), ['/reward_funcs/0/regex/pattern']);
  t.same(findings({ exact_match: { field: 'a', extract: '[' } }), ['/reward_funcs/0/exact_match/extract']);
  t.same(findings({ lexicon: {} }), ['/reward_funcs/0/lexicon']);
  t.same(findings({ lexicon: { positive: ['A'], negative: ['a'] } }), ['/reward_funcs/0/lexicon']);
  t.same(findings({ command: { run: 'x', files: ['a', '../b'] } }), ['/reward_funcs/0/command/files/1']);
  t.same(rewardSources(filled([{ regex }, { command: { run: 'x', files: ['a'] } }])), [
    { patterns: ['a'], pointer: '/reward_funcs/1/command/files/0' },
  ]);
  t.end();
});
