/** What must hold while a policy learns. */
import { Failure } from '../../engine/failure.js';
import type { Readings } from './rollout-readings.js';

/** The first update of a rollout is made by the policy that drew it; anything else is an error of ours. */
export function assertOnPolicy({ ratio }: Readings, rollout: number): void {
  if (ratio === undefined || Math.abs(ratio - 1) < 1e-3) return;
  throw new Error(
    `At the first update of rollout ${rollout + 1} the ratio of the policies is ${ratio}, and must be 1.`,
  );
}

export function explodedAtOnce(kl: number, maxKl: number): Failure {
  return new Failure(
    'kl-exploded',
    `The KL divergence from the reference is ${kl.toPrecision(4)} nats a response before anything was learned, and max_kl is ${maxKl}.`,
    'Take the reference that the model was made from, or raise max_kl.',
  );
}
