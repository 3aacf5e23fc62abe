/**
 * The pass marks of the pipelines of learning from feedback, over several seeds:
 *
 *   node dist/bench/alignment.js [--seeds 1,2,3] [--pipelines sentiment,preference,instructgpt] [-- further words for `run`]
 *
 * Runs each pipeline with each seed, and says for each mark what each seed gave, and whether it passed. What is in the store is
 * not computed again.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

/** Node → metric → number, of one run. */
type Metrics = Readonly<Record<string, Readonly<Record<string, number>>>>;

interface Mark {
  readonly claim: string;
  readonly value: (metrics: Metrics) => number;
  readonly passes: (value: number) => boolean;
}

const marks: Readonly<Record<string, readonly Mark[]>> = {
  sentiment: [
    {
      // The lexicon never contradicts itself, so that a perfect reward model agrees with it always.
      claim: 'accuracy of the reward model, of the oracle’s ceiling of 1, at least 0.9',
      value: ({ reward_quality: quality }) => quality!.accuracy!,
      passes: (value) => value >= 0.9,
    },
    {
      claim: 'true score of the policy above the reference, in σ of the reference, at least 1',
      value: ({ before, after, judged }) => (after!.reward_mean! - before!.reward_mean!) / judged!.score_std!,
      passes: (value) => value >= 1,
    },
    {
      claim: 'KL from the reference, in nats, 3 to 9',
      value: ({ after }) => after!.kl_k1!,
      passes: (value) => value >= 3 && value <= 9,
    },
  ],
  preference: [
    {
      claim: 'true score of DPO at the KL of PPO, less that of PPO, at least 0',
      value: (metrics) => dpoAt(metrics, metrics.ppo_point!.kl_k1!) - metrics.ppo_point!.reward_mean!,
      passes: (value) => value >= 0,
    },
  ],
  instructgpt: [
    {
      claim: 'win rate of the small tuned model against the larger base, lower 95 % bound, above 0.5',
      value: ({ tuned_against_large: wins }) => wins!.win_rate_low!,
      passes: (value) => value > 0.5,
    },
    {
      claim: 'part of the perplexity lost to PPO that PPO-ptx brings back, at least 0.5',
      value: ({ sft_reading: sft, ppo_reading: ppo, ptx_reading: ptx }) =>
        (ppo!.perplexity! - ptx!.perplexity!) / (ppo!.perplexity! - sft!.perplexity!),
      passes: (value) => value >= 0.5,
    },
    {
      claim: 'reward of PPO-ptx less that of PPO, in σ of the rewards, at least −0.25',
      value: ({ ppo, ppo_ptx: ptx }) => ptx!.reward! - ppo!.reward!,
      passes: (value) => value >= -0.25,
    },
  ],
};

/** The score of DPO at a divergence, on straight lines through its points; beyond the farthest, that of the farthest. */
function dpoAt(metrics: Metrics, divergence: number): number {
  const points = Object.entries(metrics)
    .filter(([node]) => node === 'base_point' || node.startsWith('dpo_point'))
    .map(([, { kl_k1: x, reward_mean: y }]) => ({ x: x!, y: y! }))
    .sort((a, b) => a.x - b.x);
  const next = points.findIndex(({ x }) => x >= divergence);
  if (next <= 0) return points.at(next === 0 ? 0 : -1)!.y;
  const [before, after] = [points[next - 1]!, points[next]!];
  return before.y + ((divergence - before.x) / (after.x - before.x)) * (after.y - before.y);
}

function lapidary(...words: readonly string[]): Metrics {
  return JSON.parse(execFileSync(process.execPath, ['dist/nodes/main.js', ...words], { encoding: 'utf8' }));
}

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    pipelines: { type: 'string', default: Object.keys(marks).join(',') },
  },
  allowPositionals: true,
});
const seeds = values.seeds.split(',');

for (const name of values.pipelines.split(',')) {
  const file = `pipelines/${name}.yaml`;
  const found: Metrics[] = [];
  for (const seed of seeds) {
    const words = ['dist/nodes/main.js', 'run', file, '-p', `seed=${seed}`, ...positionals];
    const { status } = spawnSync(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) process.exit(1);
    found.push(lapidary('metrics', '--json'));
  }
  for (const { claim, value, passes } of marks[name]!) {
    const results = found.map(value);
    const shown = results.map((result) => `${result.toFixed(3)}${passes(result) ? '' : ' ✗'}`).join('  ');
    console.log(`${name}: ${claim}: ${shown}`);
  }
}
