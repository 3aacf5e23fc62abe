import { Failure } from '../../engine/failure.js';
import type { Learner } from './learner.js';

/**
 * The learner without the weights that the patterns name. A pattern is some consecutive parts of a name, such as
 * `embed_tokens`, `layers.0` or `layers.*.mlp`, where `*` stands for anything within a part. Throws `Failure` when a
 * pattern names no weight that learns, and when none is left.
 */
export function freeze(learner: Learner, patterns: readonly string[]): Learner {
  if (patterns.length === 0) return learner;
  const expressions = patterns.map(expressionOf);
  for (const [index, expression] of expressions.entries()) {
    if (!learner.trainable.some((name) => expression.test(name))) throw nothingFrozen(patterns[index]!, learner);
  }
  const trainable = learner.trainable.filter((name) => !expressions.some((expression) => expression.test(name)));
  if (trainable.length === 0) {
    throw new Failure('nothing-to-train', 'freeze names every weight, so there is nothing to train.');
  }
  return { ...learner, trainable };
}

function expressionOf(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^.]*');
  return new RegExp(`(^|\\.)${escaped}(\\.|$)`);
}

function nothingFrozen(pattern: string, { trainable }: Learner): Failure {
  const examples = [trainable[0]!, trainable[Math.floor(trainable.length / 2)]!, trainable.at(-1)!];
  return new Failure(
    'nothing-frozen',
    `freeze names ${pattern}, and no weight that learns has that in its name.`,
    `Their names are like ${[...new Set(examples)].join(', ')}.`,
  );
}
