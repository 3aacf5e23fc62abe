import { withRematerialisation } from '../tensor/rematerialise.js';
import type { Learner } from './learner.js';

/** The learner, whose layers compute again for the gradient what they would else have kept, where the config says so. */
export function checkpointed(
  learner: Learner,
  { gradient_checkpointing }: { readonly gradient_checkpointing: boolean },
): Learner {
  if (!gradient_checkpointing) return learner;
  return { ...learner, loss: (parameters, inputs) => withRematerialisation(() => learner.loss(parameters, inputs)) };
}
