/** `generation_kwargs` of a task as settings of generation. Pure. */
import type { GenerationConfig } from '../../schemas/kinds/generation.js';
import { generationProperties } from '../../schemas/kinds/generation.js';
import { isObject } from '../data/jsonl.js';
import { invalid, unsupported } from './refusals.js';

export type GenerationSettings = Omit<GenerationConfig, 'batch_size' | 'seed'>;

/** The first that is there counts, as in the harness. */
const lengthNames = ['max_gen_toks', 'max_new_tokens', 'max_tokens', 'max_completion_tokens'] as const;
const passedOn = [
  'top_k',
  'top_p',
  'min_p',
  'typical_p',
  'repetition_penalty',
  'no_repeat_ngram_size',
  'num_beams',
  'length_penalty',
] as const;

const defaults = Object.fromEntries(
  Object.entries(generationProperties).map(([name, property]) => [name, property.default]),
) as unknown as GenerationSettings;

/** Greedy, of 256 tokens, and to the delimiter of examples, where the task says nothing else. Throws `Failure`. */
export function readGeneration(kwargs: unknown, delimiter: string, file: string): GenerationSettings {
  if (kwargs !== undefined && !isObject(kwargs)) throw invalid(file, 'generation_kwargs', 'an object', kwargs);
  const { until = delimiter, do_sample: asked, temperature, ...others } = kwargs ?? {};
  const length = lengthNames.map((name) => others[name]).find((value) => value !== undefined) ?? 256;
  const stops = [until].flat();
  if (!stops.every((stop) => typeof stop === 'string')) throw invalid(file, 'generation_kwargs.until', 'texts', until);
  for (const key of Object.keys(others)) {
    if ([...lengthNames, ...passedOn].every((name) => name !== key))
      throw unsupported(file, `generation_kwargs.${key}`);
  }
  const doSample = asked ?? (temperature !== undefined && Number(temperature) !== 0);
  if (typeof doSample !== 'boolean') throw invalid(file, 'generation_kwargs.do_sample', 'true or false', asked);
  const settings: Record<string, unknown> = {
    max_new_tokens: length,
    stop_strings: stops.filter((stop) => stop !== ''),
    do_sample: doSample,
    ...(doSample ? { temperature: Number(temperature ?? 1) } : {}),
    ...Object.fromEntries(passedOn.flatMap((name) => (name in others ? [[name, others[name]]] : []))),
  };
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'number' ? value >= 0 && Number.isFinite(value) : typeof value !== 'string') continue;
    throw invalid(file, `generation_kwargs.${name}`, 'a number that is not negative', value);
  }
  if (!Number.isInteger(length) || (length as number) < 1) {
    throw invalid(file, 'generation_kwargs.max_gen_toks', 'a whole number above 0', length);
  }
  return { ...defaults, ...settings } as GenerationSettings;
}
