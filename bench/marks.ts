/** The pass marks of the pipelines of learning from feedback. Pure. */

/** Node → metric → number, of one run. */
export type Metrics = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Mark {
  readonly claim: string;
  /** `undefined` where the run does not say: what is to be compared is not there at one and the same place. */
  readonly value: (metrics: Metrics) => number | undefined;
  readonly passes: (value: number) => boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The height at `x` of the straight lines that join the points; `undefined` beyond the first and the last. */
export function heightAt(points: readonly Point[], x: number): number | undefined {
  const sorted = [...points].sort((a, b) => a.x - b.x);
  const next = sorted.findIndex((point) => point.x >= x);
  if (next === -1 || x < sorted[0]!.x) return undefined;
  const after = sorted[next]!;
  const before = sorted[next - 1];
  if (!before || after.x === x) return after.y;
  return before.y + ((x - before.x) / (after.x - before.x)) * (after.y - before.y);
}

/** Divergence and score of the nodes of these names, with all of their matrices. */
function pointsOf(metrics: Metrics, names: readonly string[]): Point[] {
  return Object.entries(metrics)
    .filter(([node]) => names.includes(node.replace(/\[.*/, '')))
    .map(([, found]) => ({ x: found.kl_k1!, y: found.reward_mean! }));
}

/** The score of DPO, on its frontier at the divergence of PPO, less that of PPO. */
function dpoLessPpo(metrics: Metrics): number | undefined {
  const { kl_k1: divergence, reward_mean: score } = metrics.ppo_point!;
  const ours = heightAt(pointsOf(metrics, ['base_point', 'dpo_point']), divergence!);
  return ours === undefined ? undefined : ours - score!;
}

/**
 * The part of the perplexity lost to PPO that PPO-ptx does not lose, at equal reward: PPO's perplexity is taken where the lines from
 * the supervised model through its points, each held to the reference in another measure, reach the reward of PPO-ptx.
 */
function broughtBack(metrics: Metrics): number | undefined {
  const points = Object.keys(metrics)
    .filter((node) => node === 'sft_point' || /^ppo_point\b/.test(node))
    .map((node) => ({ x: metrics[node]!.reward_mean!, y: metrics[node.replace('point', 'reading')]!.perplexity! }));
  const lost = heightAt(points, metrics.ptx_point!.reward_mean!);
  const before = metrics.sft_reading!.perplexity!;
  return lost === undefined ? undefined : (lost - metrics.ptx_reading!.perplexity!) / (lost - before);
}

export const marks: Readonly<Record<string, readonly Mark[]>> = {
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
  instructgpt: [
    {
      claim: 'win rate of the small tuned model against the larger base, lower 95 % bound, above 0.5',
      value: ({ tuned_against_large: wins }) => wins!.win_rate_low!,
      passes: (value) => value > 0.5,
    },
    {
      claim: 'part of the perplexity lost to PPO that PPO-ptx brings back at equal reward, at least 0.5',
      value: broughtBack,
      passes: (value) => value >= 0.5,
    },
  ],
  preference: [
    {
      claim: 'true score of DPO less that of PPO, at the KL of PPO, at least 0',
      value: dpoLessPpo,
      passes: (value) => value >= 0,
    },
  ],
};
