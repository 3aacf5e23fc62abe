import t from 'tap';
import { makePipelines, metricsOf, runSmall } from './small-pipelines.js';

t.test('instructgpt', async (t) => {
  const rig = makePipelines(t);
  await runSmall(t, rig, 'instructgpt', { demonstrations: 32, large_width: 40, large_layers: 1 });
  const found = await metricsOf(rig);
  t.match(found.tuned_against_large, { n: 10, win_rate_low: Number, win_rate_high: Number });
  t.ok(found.tax!['ppo-ptx.perplexity']! > 1);
});
