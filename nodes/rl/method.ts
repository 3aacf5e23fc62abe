/** What one method of reinforcement learning does in its own way. */
import type { Learner, LossFunction } from '../train/learner.js';
import type { Columns } from './experience.js';
import type { RolloutShape } from './rollout-shape.js';
import type { Episode } from './rollouts.js';
import type { TokenScores } from './token-scores.js';
import type { ValueFunction } from './value-function.js';

/** A rollout with all that was found of it. */
export interface ScoredRollout {
  readonly episodes: readonly Episode[];
  /** Of each response. */
  readonly rewards: Float64Array;
  readonly tokens: TokenScores;
}

/** Numbers that a method carries from rollout to rollout, such as a baseline. They are kept in checkpoints. */
export type Memory = Readonly<Record<string, number>>;

/** What a method makes of a rollout. */
export interface Lesson {
  /** Inputs of the loss, besides those that every batch has. */
  readonly columns: Columns;
  readonly memory: Memory;
  /** Worth logging. */
  readonly readings?: Readonly<Record<string, number>>;
}

/** How much there is in a batch. */
export interface BatchSize {
  readonly rows: number;
  /** Tokens of responses that count. */
  readonly tokens: number;
}

export interface Method {
  readonly shape: RolloutShape;
  readonly temperature: number;
  /** Whether there is a reference, whose log-probabilities are `reference` of the scores. */
  readonly held: boolean;
  /** Whether the loss reads `old_logps`. Without them the policy is that which drew the responses. */
  readonly offPolicy: boolean;
  readonly valueFunction?: ValueFunction;
  /** Whether responses that were cut off are left out of the loss. */
  readonly masksTruncated: boolean;
  readonly initialMemory: Memory;
  /** Pure. */
  learnFrom(rollout: ScoredRollout, memory: Memory): Lesson;
  /** What the loss is divided by, summed over the batches of an update. */
  countOf(size: BatchSize): number;
  /** Its inputs: those of `experienceInputs` with the columns, and the float32 scalar `count`. */
  readonly loss: LossFunction;
  /** Inputs of the loss that are no rollout's. */
  readonly trainingInputs?: Learner['trainingInputs'];
}
