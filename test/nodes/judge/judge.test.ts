import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Grade, parseGrade, type Scale } from '../../../nodes/judge/grade.js';
import { evaluateJudge } from '../../../nodes/judge/judge.kind.js';
import { gradeMetrics } from '../../../nodes/judge/run-judge.js';
import { type KindRun, readJsonl, runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';
import { type Answer, type Asked, fakeEndpoint, status } from './fake-endpoint.js';

const rows = Array.from({ length: 6 }, (_, index) => ({ prompt: `Question ${index}?`, response: `answer ${index}` }));
const samples = writeDataset(rows.map((row, index) => (index === 0 ? { ...row, reference: 'the truth' } : row)));

const judge = async (t: Test, answer: (asked: Asked) => Answer, config: object = {}, run: Partial<KindRun> = {}) => {
  const { baseUrl, asked } = await fakeEndpoint(t, answer);
  const own = { base_url: baseUrl, model: 'judge-1', retry_delay_seconds: 0.001, bootstrap_resamples: 200, ...config };
  return { asked, result: runKind(evaluateJudge, { inputs: { samples }, ...run, config: own }) };
};

const scoreOf = ({ question }: Asked) => Number(/answer (\d)/.exec(question)![1]) + 3;

t.test('scores, with an interval over those that could be read', async (t) => {
  const { asked, result } = await judge(
    t,
    (one) => {
      if (one.question.includes('answer 5')) return 'It is hard to say.';
      if (one.question.includes('answer 1') && one.earlier === 0) return status(503);
      if (one.question.includes('answer 2') && one.earlier === 0) return 'Score: 11';
      return `Fair.\n**Score:** ${scoreOf(one)}/10`;
    },
    { max_retries: 2, api_key: 'secret-1', rubric: 'Is it kind?', system_prompt: 'Be strict.' },
  );
  const { metrics, counts, outputs, displays } = await result;
  t.match(metrics, { score: 5, n: 5, unparsable: 1, retries: 4 });
  t.ok(metrics.score_low! < 5 && metrics.score_high! > 5 && metrics.score_low! >= 3);
  t.same(counts, { 'judge-busy': 1, 'judge-answer-unparsable': 4, 'response-not-graded': 1 });
  const graded = readJsonl(outputs.samples!);
  t.match(graded[1], { ...rows[1], score: 4, judgement: 'Fair.\n**Score:** 4/10' });
  t.match(graded[5], { score: null, judgement: null });
  t.match(displays.grades, /Question 0\? +answer 0 +3/);
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
  const [first, second] = [0, 1].map((index) => asked.find(({ question }) => question.includes(`answer ${index}`))!);
  t.equal(first!.headers.authorization, 'Bearer secret-1');
  t.match(first!.body.messages, [{ role: 'system', content: 'Be strict.' }, { role: 'user' }]);
  t.match(first!.question, /<right_response>\nthe truth[\s\S]*Is it kind\?\n\nEnd with .*from 1 to 10\.$/);
  t.notMatch(second!.question, /right_response/);
});

t.test('labels', async (t) => {
  const { result } = await judge(t, (one) => `Label: ${scoreOf(one) % 3 === 0 ? 'Right' : 'wrong'}.`, {
    labels: ['right', 'wrong'],
    prompt: '{{ prompt }} {{ response }} {{ answer }}',
  });
  const { metrics, outputs } = await result;
  t.match(metrics, { right: 2 / 6, wrong: 4 / 6, n: 6, unparsable: 0 });
  t.ok(metrics.right_low! >= 0 && metrics.right_low! < metrics.right! && metrics.right! < metrics.right_high!);
  t.match(readJsonl(outputs.samples!)[0], { label: 'right' });
});

t.test('grades of answers', async (t) => {
  const score: Scale = { type: 'score', min: 1, max: 10 };
  const label: Scale = { type: 'label', labels: ['right', 'not right'] };
  const cases: readonly (readonly [string, Scale, Grade | undefined])[] = [
    ['Score: 7', score, 7],
    ['I first gave it score: 3.\nScore: [8.5]', score, 8.5],
    ['Rating: [[9]]', score, 9],
    [' 10/10. ', score, 10],
    ['Score: 4/5', score, undefined],
    ['Score: 0', score, undefined],
    ['Score: 100', score, undefined],
    ['Score: seven', score, undefined],
    ['It has 7 faults.', score, undefined],
    ['', score, undefined],
    ['Label: **Not right**', label, 'not right'],
    ['"right"', label, 'right'],
    ['It is right, or nearly.', label, undefined],
    ['Label: right\nLabel: unknown', label, undefined],
  ];
  for (const [answer, scale, grade] of cases) t.equal(parseGrade(answer, scale), grade, JSON.stringify(answer));
});

t.test('responses to one prompt are resampled together', async (t) => {
  const scale: Scale = { type: 'score', min: 0, max: 1 };
  const width = (promptOf: (index: number) => number) => {
    const graded = Array.from({ length: 40 }, (_, index) => ({
      prompt: `${promptOf(index)}`,
      grade: index < 20 ? 1 : 0,
    }));
    const options = { confidence_level: 0.95, bootstrap_resamples: 500 };
    const { score_low: low, score_high: high } = gradeMetrics(graded, scale, options);
    return high! - low!;
  };
  t.ok(width((index) => Math.floor(index / 10)) > 2 * width((index) => index));
});

t.test('one that refuses, one that says nothing, and one that was stopped', async (t) => {
  const refused = await judge(t, () => status(401));
  await t.rejects(refused.result, { code: 'judge-refused', message: /401/ });
  const silent = await judge(t, () => 'Hm.', { max_retries: 0 });
  await t.rejects(silent.result, { code: 'nothing-judged', hint: /Score/ });
  const scratch = t.testdir({});
  const abort = new AbortController();
  const onProgress = ({ step }: { readonly step: number }) => step === 4 && abort.abort();
  const config = { concurrency: 1 };
  const answer = (one: Asked) => `Score: ${scoreOf(one)}`;
  const stopped = await judge(t, answer, config, { scratch, signal: abort.signal, onProgress });
  await t.rejects(stopped.result, { name: 'Stopped' });
  t.equal(readFileSync(join(scratch, 'answers.jsonl'), 'utf8').split('\n').length - 1, 4);
  const again = await judge(t, answer, config, { scratch });
  t.match((await again.result).metrics, { score: 5.5, n: 6 });
  t.equal(again.asked.length, 2);
});

t.test('what cannot be judged', async (t) => {
  const config = { base_url: 'http://127.0.0.1:1/v1', model: 'm' };
  const rejects = (more: object, message: RegExp, input = samples) =>
    t.rejects(runKind(evaluateJudge, { config: { ...config, ...more }, inputs: { samples: input } }), { message });
  await rejects({ min_score: 10 }, /above min_score/);
  await rejects({ labels: ['yes'] }, /two labels/);
  await rejects({ labels: ['yes', 'Yes'] }, /only in case/);
  await rejects({ prompt: '{{ x' }, /prompt .*Jinja/);
  await rejects({ prompt: '{{ row.missing }}' }, /question 1/);
  await rejects({}, /no responses/, writeDataset([]));
  await rejects({}, /cannot be scored/, writeDataset([{ prompt: 'x' }]));
});
