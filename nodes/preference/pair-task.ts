/** A task of the trainer: pairs of answers, and a loss over them. */
import type { RunContext } from '../../engine/kind.js';
import type { TrainingArguments } from '../train/arguments.js';
import { counting } from '../train/counting.js';
import type { LossFunction } from '../train/learner.js';
import type { Setting, Task } from '../train/trainer.js';
import { pairBatches, type ScoredPair } from './pair-batches.js';
import { type Pair, type ReadOptions, readPairs } from './pairs.js';
import { scoreByReference } from './reference.js';

type Context = RunContext<TrainingArguments & { readonly overlong: ReadOptions['overlong'] }>;

export interface PairTask {
  /** Whether the answers are scored by the reference model, once, before training begins. */
  readonly scored: boolean;
  /** Whether the loss reads how likely the prompts are, too. */
  readonly whole?: boolean;
  loss(setting: Setting): LossFunction;
}

export function pairTask(context: Context, { scored, whole = false, loss }: PairTask): Task {
  const { config } = context;
  return {
    async batches(port, setting) {
      const { maxLength, padId, batchSize, model } = setting;
      const pairs = await counting(context, port, (count) => {
        const { signal } = context;
        const options = { maxLength, overlong: config.overlong, signal, count };
        return readPairs(context.input(port), model.tokenizer, options);
      });
      const ready = scored ? await withReference(context, pairs, setting) : pairs;
      return pairBatches(ready, { batchSize, maxLength, padId, whole, seed: config.seed });
    },
    learner: (setting) => {
      const { parameters } = setting.model;
      return { parameters, trainable: Object.keys(parameters), loss: loss(setting) };
    },
  };
}

async function withReference(context: Context, pairs: readonly Pair[], setting: Setting): Promise<ScoredPair[]> {
  const examples = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  const scores = await scoreByReference(context, examples, setting);
  return pairs.map((pair, index) => ({
    ...pair,
    reference: { chosen: scores[2 * index]!, rejected: scores[2 * index + 1]! },
  }));
}
