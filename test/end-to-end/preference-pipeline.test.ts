import t from 'tap';
import { statuses } from './rig.js';
import { makePipelines, metricsOf, runSmall } from './small-pipelines.js';

t.test('sentiment, and preference after it, which shares what comes first', async (t) => {
  const rig = makePipelines(t);
  await runSmall(t, rig, 'sentiment');
  const found = await metricsOf(rig);
  t.match(found.comparison, { 'base.kl_k1': 0, 'tuned.kl_k1': Number, 'tuned.reward_mean': Number });
  t.equal(found.tuned!.steps, 2);

  const shared = ['start/reviews', 'start/tokenizer', 'start/blank', 'start/base', 'start/drawn', 'judged'];
  const outcome = await runSmall(t, rig, 'preference', { betas: '[0.2]', grpo_updates: 1 });
  const status = statuses(outcome);
  for (const id of shared) t.equal(status[id], 'cached', `${id} is not computed again`);
  const { frontier } = await metricsOf(rig);
  const points = [
    'base_point',
    'dpo_point[beta=0.2]',
    'kto_point',
    'orpo_point',
    'simpo_point',
    'ppo_point',
    'grpo_point',
  ];
  for (const point of [...points, 'best_of[n=4]', 'best_of[n=16]']) t.ok(`${point}.gain` in frontier!, point);
});
