/** How much better than expected a response is, from the rewards of its rollout. Pure functions of numbers. */

export type RewardScaling = 'group' | 'batch' | 'none';

/** Against division by 0, as TRL has it. */
const epsilon = 1e-4;

/**
 * (R − μ) / (σ + 10⁻⁴), with μ the mean of the `groupSize` responses to the same prompt, which stand together, and σ
 * their standard deviation (n − 1), that of the whole batch, or none. GRPO: Shao et al. 2024, eq. 3; without σ: Liu et al.
 * 2025 (Dr. GRPO).
 */
export function groupAdvantages(rewards: Float64Array, groupSize: number, scaling: RewardScaling): Float64Array {
  const ofBatch = standardDeviation(rewards);
  return perGroup(rewards, groupSize, (group) => {
    const mean = meanOf(group);
    const scale = scaling === 'none' ? 1 : (scaling === 'group' ? standardDeviation(group) : ofBatch) + epsilon;
    return group.map((reward) => (reward - mean) / scale);
  });
}

/** R minus the mean of the other responses to the same prompt. RLOO: Ahmadian et al. 2024, eq. 8. */
export function leaveOneOut(rewards: Float64Array, groupSize: number): Float64Array {
  return perGroup(rewards, groupSize, (group) => {
    const sum = meanOf(group) * groupSize;
    return group.map((reward) => reward - (sum - reward) / (groupSize - 1));
  });
}

/** (x − mean) / (σ + 10⁻⁴) over all of them. */
export function normalised(values: Float64Array): Float64Array {
  const mean = meanOf(values);
  const scale = standardDeviation(values) + epsilon;
  return values.map((value) => (value - mean) / scale);
}

/**
 * Whitening: x / √(variance + 10⁻⁸), about the mean, which is taken off only where it is `centred`. The variance has the
 * divisor n − 1, as in TRL; lm-human-preferences has n.
 */
export function whitened(values: Float64Array, { centred }: { readonly centred: boolean }): Float64Array {
  const mean = meanOf(values);
  const scale = 1 / Math.sqrt(standardDeviation(values) ** 2 + 1e-8);
  return values.map((value) => (value - mean) * scale + (centred ? 0 : mean));
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** With the divisor n − 1; 0 for fewer than two. */
export function standardDeviation(values: Float64Array): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

function perGroup(
  rewards: Float64Array,
  groupSize: number,
  advantagesOf: (group: Float64Array) => Float64Array,
): Float64Array {
  const advantages = new Float64Array(rewards.length);
  for (let start = 0; start < rewards.length; start += groupSize) {
    advantages.set(advantagesOf(rewards.subarray(start, start + groupSize)), start);
  }
  return advantages;
}
