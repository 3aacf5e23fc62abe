/** `filter_list` of a task: what is taken of a response before it is scored. Pure. */
import { isObject } from '../data/jsonl.js';
import { pythonRegex } from './python-regex.js';
import { invalid, unsupported } from './refusals.js';

export interface FilterPipeline {
  /** `undefined` where the task has no list, and responses are scored as they are. */
  readonly name: string | undefined;
  readonly apply: (response: string) => string;
}

type Filter = (response: string) => string;

/** Throws `Failure`. */
export function readFilters(list: unknown, file: string): FilterPipeline[] {
  if (list === undefined) return [{ name: undefined, apply: (response) => response }];
  if (!Array.isArray(list) || list.length === 0) throw invalid(file, 'filter_list', 'a list of filters', list);
  return list.map((entry) => {
    if (!isObject(entry) || typeof entry.name !== 'string' || !Array.isArray(entry.filter)) {
      throw invalid(file, 'an entry of filter_list', 'an object of `name` and `filter`', entry);
    }
    const steps = entry.filter.map((step) => readFilter(step, file));
    return { name: entry.name, apply: (response) => steps.reduce((text, step) => step(text), response) };
  });
}

function readFilter(entry: unknown, file: string): Filter {
  if (!isObject(entry)) throw invalid(file, 'a filter', 'an object', entry);
  const { function: name, ...options } = entry;
  if (name === 'regex') return regexFilter(options, file);
  const plain = Object.hasOwn(plainFilters, String(name)) ? plainFilters[String(name)] : undefined;
  if (plain === undefined) throw unsupported(file, `the filter ${JSON.stringify(name)}`);
  const option = Object.keys(options)[0];
  if (option !== undefined) throw unsupported(file, `${option} of the filter ${name}`);
  return plain;
}

const plainFilters: Readonly<Record<string, Filter>> = {
  // There is one response to each prompt.
  take_first: (response) => response,
  remove_whitespace: (response) => response.trim(),
  lowercase: (response) => response.toLowerCase(),
  uppercase: (response) => response.toUpperCase(),
};

/** The match that `group_select` counts, from the end where it is negative: of several groups the first that holds something. */
function regexFilter(options: Readonly<Record<string, unknown>>, file: string): Filter {
  const { regex_pattern: pattern = '#### (\\-?[0-9\\.\\,]+)', group_select: select = 0, ...others } = options;
  const { fallback = '[invalid]', ...rest } = others;
  const odd = Object.keys(rest)[0];
  if (odd !== undefined) throw unsupported(file, `${odd} of the filter regex`);
  if (typeof pattern !== 'string') throw invalid(file, 'regex_pattern', 'a text', pattern);
  if (!Number.isInteger(select)) throw invalid(file, 'group_select', 'a whole number', select);
  if (typeof fallback !== 'string') throw invalid(file, 'fallback', 'a text', fallback);
  const regex = pythonRegex(pattern, file);
  return (response) => {
    const match = [...response.matchAll(regex)].at(select as number);
    if (match === undefined) return fallback;
    const groups = match.slice(1).map((group) => group ?? '');
    if (groups.length === 0) return match[0].trim();
    if (groups.length === 1) return groups[0]!.trim();
    return groups.find((group) => group !== '')?.trim() ?? fallback;
  };
}
