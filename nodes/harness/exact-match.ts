/** Whether texts are the same, up to what the options take away: as `exact_match` of Hugging Face's evaluate. Pure. */
import { isObject } from '../data/jsonl.js';
import { pythonRegex } from './python-regex.js';
import { invalid, unsupported } from './refusals.js';

export interface ExactMatchOptions {
  readonly regexesToIgnore: readonly RegExp[];
  readonly ignoreCase: boolean;
  readonly ignorePunctuation: boolean;
  readonly ignoreNumbers: boolean;
}

const switches = ['ignore_case', 'ignore_punctuation', 'ignore_numbers'] as const;

/** Throws `Failure`. */
export function readExactMatch(options: unknown, file: string): ExactMatchOptions {
  if (!isObject(options)) throw invalid(file, 'the options of exact_match', 'an object', options);
  const { regexes_to_ignore: regexes = [], ...rest } = options;
  for (const [key, value] of Object.entries(rest)) {
    if (switches.every((name) => name !== key)) throw unsupported(file, `${key} of exact_match`);
    if (typeof value !== 'boolean') throw invalid(file, `${key} of exact_match`, 'true or false', value);
  }
  if (!Array.isArray(regexes) || regexes.some((regex) => typeof regex !== 'string')) {
    throw invalid(file, 'regexes_to_ignore of exact_match', 'a list of texts', regexes);
  }
  return {
    regexesToIgnore: regexes.map((source: string) => pythonRegex(source, file)),
    ignoreCase: rest.ignore_case === true,
    ignorePunctuation: rest.ignore_punctuation === true,
    ignoreNumbers: rest.ignore_numbers === true,
  };
}

/** 1 where the prediction is one of the references, else 0. */
export function exactMatch(prediction: string, references: readonly string[], options: ExactMatchOptions): 0 | 1 {
  const own = normalise(prediction, options);
  return references.some((reference) => normalise(reference, options) === own) ? 1 : 0;
}

function normalise(text: string, options: ExactMatchOptions): string {
  const left = options.regexesToIgnore.reduce((rest, regex) => rest.replace(regex, ''), text);
  const cased = options.ignoreCase ? left.toLowerCase() : left;
  // Of ASCII alone, as Python's string.punctuation and string.digits.
  const plain = options.ignorePunctuation ? cased.replace(/[!-/:-@[-`{-~]/g, '') : cased;
  return options.ignoreNumbers ? plain.replace(/[0-9]/g, '') : plain;
}
