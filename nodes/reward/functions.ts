/** `reward_funcs`: from responses to numbers. */
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import type { RewardFunctionConfig } from '../../schemas/kinds/reward-functions.js';
import type { Row } from '../data/jsonl.js';
import { functionNameOf, functionTypeOf } from './check-functions.js';
import { commandReward } from './command-reward.js';
import { containsTexts, exactMatch, lengthNear, lexiconScore, regexMatch } from './text-rewards.js';

/** A response, and what it answers. */
export interface Answered {
  readonly prompt: string;
  readonly response: string;
  /** The row of the dataset that the prompt is from. */
  readonly row: Row;
  /** Tokens of the response, without the one that ended it, where they are known. */
  readonly responseIds?: readonly number[];
}

export interface Scores {
  /** The sum of the weighted values of all functions. */
  readonly total: Float64Array;
  /** The values of each function as they are, by its name. */
  readonly each: Readonly<Record<string, Float64Array>>;
}

export interface RewardFunctions {
  readonly names: readonly string[];
  /** Scores in the order of the responses. Throws `Failure`, also for a value that is not finite, and `Stopped`. */
  score(answered: readonly Answered[], signal: AbortSignal): Promise<Scores>;
}

/** `commandReward` and the others are of this type. */
export type RewardFunction = (answered: readonly Answered[], signal: AbortSignal) => Promise<Float64Array>;

/** Functions of a config that `checkRewardFunctions` has passed. Their files are among the context's sources. */
export function createRewardFunctions(
  entries: readonly RewardFunctionConfig[],
  context: Pick<RunContext<unknown>, 'sources' | 'scratch'>,
): RewardFunctions {
  const functions = entries.map((entry, index) => ({
    name: functionNameOf(entry),
    weight: entry.weight,
    rewards: functionOf(entry, context, index),
  }));
  return {
    names: functions.map(({ name }) => name),
    async score(answered, signal) {
      const total = new Float64Array(answered.length);
      const each: Record<string, Float64Array> = {};
      for (const { name, weight, rewards } of functions) {
        const values = await rewards(answered, signal);
        assertFiniteRewards(name, values, answered);
        each[name] = values;
        for (const [index, value] of values.entries()) total[index]! += weight * value;
      }
      return { total, each };
    },
  };
}

function functionOf(
  entry: RewardFunctionConfig,
  { sources, scratch }: Pick<RunContext<unknown>, 'sources' | 'scratch'>,
  index: number,
): RewardFunction {
  switch (functionTypeOf(entry)!) {
    case 'exact_match':
      return eachOf(exactMatch(entry.exact_match!));
    case 'regex':
      return eachOf(regexMatch(entry.regex!));
    case 'contains':
      return eachOf(containsTexts(entry.contains!));
    case 'length':
      return eachOf(lengthNear(entry.length!));
    case 'lexicon':
      return eachOf(lexiconScore(entry.lexicon!));
    case 'command':
      return commandReward(functionNameOf(entry), entry.command!, sources, join(scratch, `reward-${index}`));
  }
}

function eachOf(reward: (answered: Answered) => number): RewardFunction {
  return async (answered) => Float64Array.from(answered, reward);
}

/** Throws `Failure` `reward-not-finite`: one NaN would spoil all that is learned after it. */
export function assertFiniteRewards(name: string, values: Float64Array, answered: readonly Answered[]): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  const response = JSON.stringify(answered[index]!.response.slice(0, 80));
  throw new Failure('reward-not-finite', `The reward \`${name}\` of the response ${response} is ${values[index]}.`);
}
