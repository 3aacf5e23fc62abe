/** Generalised advantage estimation (Schulman et al. 2016). */

export interface GaeOptions {
  /** Discount γ of later rewards. */
  readonly gamma: number;
  /** λ: 0 trusts the values, 1 the rewards. */
  readonly lambda: number;
}

/**
 * The advantages of the tokens of one response: A_t = Σ_l (γλ)^l δ_{t+l} with δ_t = r_t + γ V_{t+1} − V_t, and V = 0 behind
 * the last token. Computed from the end as A_t = δ_t + γλ A_{t+1} (eq. 16). Returns are A_t + V_t.
 */
export function gae(rewards: Float64Array, values: Float64Array, { gamma, lambda }: GaeOptions): Float64Array {
  const advantages = new Float64Array(rewards.length);
  let next = 0;
  for (let t = rewards.length - 1; t >= 0; t--) {
    const delta = rewards[t]! + gamma * (values[t + 1] ?? 0) - values[t]!;
    next = delta + gamma * lambda * next;
    advantages[t] = next;
  }
  return advantages;
}
