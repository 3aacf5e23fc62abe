import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { evaluateWinRate } from '../../../nodes/judge/win-rate.kind.js';
import { withHead } from '../reward/tiny-reward-model.js';
import { type KindRun, readJsonl, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';
import { type Answer, type Asked, fakeEndpoint, status } from './fake-endpoint.js';

const prompts = Array.from({ length: 6 }, (_, index) => `Question ${index}?`);
const samples = writeDataset(prompts.map((prompt, index) => ({ prompt, response: `good answer ${index}` })));
const baseline = writeDataset(prompts.map((prompt, index) => ({ prompt, completion: `bad answer ${index}` })));
const inputs = { samples, baseline_samples: baseline };
const quick = { bootstrap_resamples: 200 };

const compare = (config: object, run: Partial<KindRun> = {}) =>
  runKind(evaluateWinRate, { inputs, ...run, config: { ...quick, ...config } });

const good = { contains: { texts: ['good'] } };

t.test('rewards judge, and do not care for the order', async (t) => {
  const { metrics, outputs, displays } = await compare({ reward_funcs: [good] });
  t.match(metrics, { win_rate: 1, win_rate_low: 1, wins: 6, ties: 0, losses: 0, n: 6, unjudged: 0, consistency: 1 });
  t.match(metrics, { score_mean: 1, baseline_score_mean: 0, first_preference: 0.5 });
  t.ok(metrics.wilson_low! < 0.7, 'six of six is no certainty');
  t.same(readJsonl(outputs.samples!)[0], {
    ...{ prompt: prompts[0], response: 'good answer 0', baseline: 'bad answer 0', won: 1 },
    ...{ score: 1, baseline_score: 0 },
  });
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
  t.match(displays['win rate'], /100.0 % \(100.0 % to 100.0 % at 95.0 %\): 6 won, 0 tied, 0 lost/);
  const tied = await compare({ reward_funcs: [good], tie_margin: 1 });
  t.match(tied.metrics, { win_rate: 0.5, ties: 6 });
  t.match(tied.warnings, [/All pairs are ties/]);
});

t.test('models answer here, and a reward model judges', async (t) => {
  const model = await makeModel();
  const other = await makeModel({ seed: 4 });
  const reward_model = await withHead(model);
  const dataset = writeDataset([{ prompt: 'Paris' }, { prompt: 'Rome is' }, { prompt: 'What' }]);
  const config = { max_new_tokens: 5 };
  const rate = async (a: string, b: string) =>
    (await compare(config, { inputs: { model: a, baseline: b, dataset, reward_model }, device: 'onnx-cpu' })).metrics;
  const [forth, back] = [await rate(model, other), await rate(other, model)];
  t.equal(forth.n, 3);
  t.ok(Math.abs(forth.win_rate! + back.win_rate! - 1) < 1e-12);
  t.equal((await rate(model, model)).ties, 3, 'a model against itself');
});

t.test('a program judges', async (t) => {
  const script = `
    const lines = require('fs').readFileSync(0, 'utf8').trim().split('\\n').map(JSON.parse);
    for (const { first, second } of lines) {
      if (first.endsWith('5') || second.endsWith('5')) console.log('hm');
      else console.log(first.startsWith('good') ? 'first' : 'second');
    }`;
  const judge = { command: { run: [process.execPath, '-e', script], max_retries: 2 } };
  const { metrics, counts, outputs } = await compare({ judge });
  t.match(metrics, { win_rate: 1, n: 5, unjudged: 1, retries: 4 });
  t.same(counts, { 'judge-no-verdict': 6, 'pair-not-judged': 1 });
  t.match(readJsonl(outputs.samples!)[5], { won: null, verdicts: [null, null] });
  await t.rejects(compare({ judge: { command: { run: 'cat > /dev/null; echo first' } } }), { code: 'judge-count' });
  await t.rejects(compare({ judge: { command: { run: 'exit 3' } } }), { code: 'judge-failed', message: /exit code 3/ });
});

const byEndpoint = async (
  t: Test,
  answer: (asked: Asked) => Answer,
  config: object = {},
  run: Partial<KindRun> = {},
) => {
  const { baseUrl, asked } = await fakeEndpoint(t, answer);
  const endpoint = { base_url: baseUrl, model: 'judge-1', retry_delay_seconds: 0.001, ...config };
  return { asked, result: compare({ judge: { endpoint } }, run) };
};

const firstIsGood = ({ question }: Asked) =>
  question.indexOf('good answer') < question.indexOf('bad answer') ? '1' : '2';

t.test('an endpoint judges, and is asked again where it must be', async (t) => {
  const { asked, result } = await byEndpoint(
    t,
    (one) => {
      if (one.earlier === 0 && one.question.includes('Question 0')) return status(503);
      if (one.earlier === 0 && one.question.includes('Question 1')) return status(429, { 'retry-after': '0' });
      if (one.earlier < 2 && one.question.includes('Question 2')) return 'Both have their charm.';
      if (one.earlier === 0 && one.question.includes('Question 3')) return (response) => response.destroy();
      if (one.question.includes('Question 4')) return (response) => response.end('<html>');
      return `Thinking …\nVerdict: ${firstIsGood(one)}`;
    },
    { system_prompt: 'Be fair.', max_retries: 3 },
  );
  const { metrics, counts } = await result;
  t.match(metrics, { win_rate: 1, n: 5, unjudged: 1, retries: 2 + 2 + 4 + 2 + 6 });
  t.same(counts, {
    ...{ 'judge-busy': 4, 'judge-no-verdict': 4, 'judge-unreachable': 2, 'judge-malformed-answer': 8 },
    'pair-not-judged': 1,
  });
  t.equal(asked[0]!.path, '/v1/chat/completions');
  t.equal(asked[0]!.headers.authorization, undefined);
  t.match(asked[0]!.body, {
    model: 'judge-1',
    temperature: 0,
    messages: [{ role: 'system', content: 'Be fair.' }, {}],
  });
});

t.test('one that prefers what stands first is seen through', async (t) => {
  const { result } = await byEndpoint(t, () => 'Verdict: 1');
  t.match((await result).metrics, { win_rate: 0.5, ties: 6, consistency: 0, first_preference: 1 });
});

t.test('the key is sent, and a wrong one ends it at once', async (t) => {
  const { asked, result } = await byEndpoint(
    t,
    ({ headers, ...one }) =>
      headers.authorization === 'Bearer secret-1' ? firstIsGood({ headers, ...one }) : status(401),
    { api_key: 'secret-1', prompt: '{{ prompt }} {{ first }} | {{ second }}' },
  );
  t.equal((await result).metrics.win_rate, 1);
  t.equal(asked.length, 12);
  t.ok(asked.some(({ question }) => question === 'Question 0? good answer 0 | bad answer 0'));
  const wrong = await byEndpoint(t, () => status(401));
  await t.rejects(wrong.result, { code: 'judge-refused', message: /401/ });
});

t.test('one that does not answer', async (t) => {
  const silent = await byEndpoint(t, () => () => {}, { timeout_seconds: 0.05, max_retries: 1, concurrency: 12 });
  await t.rejects(silent.result, { code: 'nothing-judged', message: /after 12 retries/ });
});

t.test('a stopped run asks only what is left', async (t) => {
  const scratch = t.testdir({});
  const abort = new AbortController();
  const onProgress = ({ step }: { readonly step: number }) => step === 5 && abort.abort();
  const first = await byEndpoint(t, firstIsGood, { concurrency: 1 }, { scratch, signal: abort.signal, onProgress });
  await t.rejects(first.result, { name: 'Stopped' });
  t.equal(readFileSync(join(scratch, 'answers.jsonl'), 'utf8').split('\n').length - 1, 5);
  const second = await byEndpoint(t, firstIsGood, { concurrency: 1 }, { scratch });
  t.match((await second.result).metrics, { win_rate: 1, n: 6 });
  t.equal(second.asked.length, 7);
});

t.test('what cannot be compared', async (t) => {
  const fewer = writeDataset([{ prompt: 'Question 0?', response: 'x' }]);
  const reward_funcs = [good];
  await t.rejects(compare({ reward_funcs }, { inputs: { samples, baseline_samples: fewer } }), {
    code: 'samples-mismatch',
  });
  const others = writeDataset(prompts.map((_, index) => ({ prompt: `Other ${index}`, response: 'x' })));
  await t.rejects(compare({ reward_funcs }, { inputs: { samples, baseline_samples: others } }), {
    message: /Sample 1 .*different prompts/,
  });
  const none = writeDataset([]);
  await t.rejects(compare({ reward_funcs }, { inputs: { samples: none, baseline_samples: none } }), {
    code: 'dataset-empty',
  });
  await t.rejects(compare({}), { code: 'no-reward' });
  const endpoint = { base_url: 'http://127.0.0.1:1/v1', model: 'm' };
  await t.rejects(compare({ judge: { endpoint }, reward_funcs }), { message: /no effect beside judge/ });
  await t.rejects(compare({ judge: { endpoint: { ...endpoint, prompt: '{{ x' } } }), {
    message: /judge.endpoint.prompt/,
  });
  await t.rejects(compare({ judge: {} }), { message: /judge/ });
});
