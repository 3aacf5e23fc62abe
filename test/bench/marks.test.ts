import t from 'tap';
import { heightAt, type Metrics, marks } from '../../bench/marks.js';

t.test('the height of straight lines between points, and none beyond them', (t) => {
  const points = [
    { x: 4, y: 10 },
    { x: 0, y: 2 },
    { x: 2, y: 4 },
  ];
  t.same(
    [0, 1, 2, 3, 4].map((x) => heightAt(points, x)),
    [2, 3, 4, 7, 10],
  );
  t.equal(heightAt(points, 4.1), undefined);
  t.equal(heightAt(points, -0.1), undefined);
  t.equal(heightAt([], 0), undefined);
  t.end();
});

const at = (kl_k1: number, reward_mean: number) => ({ kl_k1, reward_mean });

t.test('DPO is compared with PPO where their divergence is the same, or not at all', (t) => {
  const metrics: Metrics = {
    base_point: at(0, 0),
    'dpo_point[beta=1]': at(2, 2),
    'dpo_point[beta=0.1]': at(4, 3),
    ppo_point: at(3, 2),
    dpo_other: at(3, 99),
  };
  const [mark] = marks.preference!;
  t.equal(mark!.value(metrics), 0.5);
  t.equal(mark!.value({ ...metrics, ppo_point: at(5, 4) }), undefined, 'no DPO went as far');
  t.end();
});

t.test('the perplexity that PPO-ptx brings back is measured at its own reward', (t) => {
  const metrics: Metrics = {
    sft_point: { reward_mean: 0 },
    sft_reading: { perplexity: 3 },
    'ppo_point[kl=0.2]': { reward_mean: 1 },
    'ppo_reading[kl=0.2]': { perplexity: 4 },
    'ppo_point[kl=0.05]': { reward_mean: 3 },
    'ppo_reading[kl=0.05]': { perplexity: 8 },
    ptx_point: { reward_mean: 2 },
    ptx_reading: { perplexity: 4.5 },
  };
  const [, tax] = marks.instructgpt!;
  // At the reward 2, PPO has the perplexity 6, and so has lost 3; PPO-ptx has lost 1.5.
  t.equal(tax!.value(metrics), 0.5);
  t.equal(tax!.value({ ...metrics, ptx_point: { reward_mean: 4 } }), undefined, 'no PPO earned as much');
  t.end();
});
