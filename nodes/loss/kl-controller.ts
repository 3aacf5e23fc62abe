export interface AdaptiveKl {
  /** The KL to steer to, in nats a response. */
  readonly target: number;
  /** Responses over which a deviation is made good. */
  readonly horizon: number;
}

/**
 * β · (1 + clip(KL / target − 1, ±0.2) · n / horizon), after n responses of the mean KL. Ziegler et al. 2019, section 2.2,
 * in the form of lm-human-preferences.
 */
export function adaptedKlCoefficient(beta: number, kl: number, n: number, { target, horizon }: AdaptiveKl): number {
  const error = Math.max(-0.2, Math.min(0.2, kl / target - 1));
  return beta * (1 + (error * n) / horizon);
}
