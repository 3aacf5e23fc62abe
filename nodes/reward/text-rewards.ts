/** Rewards that are pure functions of one response and its row. */
import { Failure } from '../../engine/failure.js';
import type { RewardFunctionConfig } from '../../schemas/kinds/reward-functions.js';
import { readPath } from '../data/field-path.js';
import type { Answered } from './functions.js';

type Options<Type extends keyof RewardFunctionConfig> = NonNullable<RewardFunctionConfig[Type]>;

export function exactMatch({ field, extract, ignore_case: ignoreCase }: Options<'exact_match'>) {
  const pattern = extract === null ? undefined : new RegExp(extract, 'u');
  const normal = (text: string) => (ignoreCase ? text.trim().toLowerCase() : text.trim());
  return ({ response, row }: Answered): number => {
    const wanted = wantedTexts(readPath(row, field), field);
    const match = pattern?.exec(response);
    const said = pattern ? (match?.[1] ?? match?.[0]) : response;
    return said !== undefined && wanted.some((text) => normal(text) === normal(said)) ? 1 : 0;
  };
}

function wantedTexts(value: unknown, field: string): readonly string[] {
  const texts = [value].flat();
  if (texts.length > 0 && texts.every((text) => typeof text === 'string' || typeof text === 'number')) {
    return texts.map(String);
  }
  throw new Failure(
    'reward-field-missing',
    `exact_match compares with the field \`${field}\`, and a row has no text or number there.`,
    'Keep the field in the dataset, or name another.',
  );
}

export function regexMatch({ pattern, ignore_case: ignoreCase }: Options<'regex'>) {
  const expression = new RegExp(pattern, ignoreCase ? 'iu' : 'u');
  return ({ response }: Answered): number => (expression.test(response) ? 1 : 0);
}

export function containsTexts({ texts, aggregate, ignore_case: ignoreCase }: Options<'contains'>) {
  const normal = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const wanted = texts.map(normal);
  return ({ response }: Answered): number => {
    const share = wanted.filter((text) => normal(response).includes(text)).length / wanted.length;
    return aggregate === 'share' ? share : aggregate === 'all' ? Math.floor(share) : Math.ceil(share);
  };
}

export function lengthNear({ target, unit }: Options<'length'>) {
  return (answered: Answered): number => 1 - Math.abs(lengthOf(answered, unit) - target) / target;
}

function lengthOf({ response, responseIds }: Answered, unit: Options<'length'>['unit']): number {
  switch (unit) {
    case 'characters':
      return [...response].length;
    case 'words':
      return wordsOf(response).length;
    case 'tokens':
      if (responseIds) return responseIds.length;
      throw new Failure('reward-without-tokens', 'The reward `length` counts tokens, and here are only texts.');
  }
}

export function lexiconScore({ words, positive, negative, aggregate }: Options<'lexicon'>) {
  const weights = new Map(
    [
      ...Object.entries(words as Record<string, number>),
      ...positive.map((word) => [word, 1] as const),
      ...negative.map((word) => [word, -1] as const),
    ].map(([word, weight]) => [word.toLowerCase(), weight]),
  );
  return ({ response }: Answered): number => {
    const found = wordsOf(response);
    const sum = found.reduce((total, word) => total + (weights.get(word) ?? 0), 0);
    return aggregate === 'sum' || found.length === 0 ? sum : sum / found.length;
  };
}

/** Letters and digits that stand together, also across an apostrophe or a hyphen; in lower case. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu) ?? [];
}
