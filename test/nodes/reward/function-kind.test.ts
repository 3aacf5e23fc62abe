import { readFileSync } from 'node:fs';
import t from 'tap';
import { rewardFunction } from '../../../nodes/reward/function.kind.js';
import { readJsonl, runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';

const kind = { lexicon: { words: { good: 1, fine: 0.5, bad: -1 }, aggregate: 'sum' } };
const score = (rows: readonly object[], config: object = {}) =>
  runKind(rewardFunction, { config: { reward_funcs: [kind], ...config }, inputs: { dataset: writeDataset(rows) } });

t.test('rows of every shape get their scores', async (t) => {
  const rows = [
    { prompt: 'p', response: 'good, good', extra: 1 },
    { prompt: 'p', completion: 'bad' },
    { prompt: 'p', responses: ['fine', '', 'bad'] },
    { prompt: 'p', chosen: 'good', rejected: 'bad' },
  ];
  const { outputs, metrics } = await score(rows);
  t.same(readJsonl(outputs.scored!), [
    { ...rows[0], score: 2 },
    { ...rows[1], score: -1 },
    { ...rows[2], scores: [0.5, 0, -1] },
    { ...rows[3], chosen_score: 1, rejected_score: -1 },
  ]);
  t.match(metrics, { score_min: -1, score_max: 2, n: 7 });
  t.ok(Math.abs(metrics.score_mean! - 0.5 / 7) < 1e-12);
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
});

t.test('several functions are added up, and each is told', async (t) => {
  const length = { length: { target: 2 }, weight: 2 };
  const { outputs, metrics } = await score([{ prompt: 'p', response: 'good' }], { reward_funcs: [kind, length] });
  t.equal(readJsonl<{ score: number }>(outputs.scored!)[0]!.score, 2);
  t.match(metrics, { lexicon_mean: 1, length_mean: 0.5, score_mean: 2 });
});

t.test('what cannot be scored, and what teaches nothing', async (t) => {
  const same = await score([
    { prompt: 'p', response: 'x' },
    { prompt: 'p', response: 'y' },
  ]);
  t.match(same.warnings, [/All 2 responses have the same score/]);
  await t.rejects(score([]), { code: 'dataset-empty' });
  await t.rejects(score([{ prompt: 'p' }]), { message: /Row 1 .*completion is missing/ });
  await t.rejects(score([{ prompt: 'p', response: 'x' }], { reward_funcs: [] }), { message: /reward_funcs/ });
  const program = { command: { run: 'cat > /dev/null; echo nonsense' } };
  await t.rejects(score([{ prompt: 'p', response: 'x' }], { reward_funcs: [program] }), {
    code: 'reward-not-a-number',
  });
});
