import type { GenerateConfig } from '../../schemas/kinds/generate.js';
import type { GenerationConfig } from '../../schemas/kinds/generation.js';

/** Checks of a config that its schema cannot express, such as a setting of sampling where nothing is sampled. */
export function checkGeneration(config: GenerationConfig) {
  return [...unusedSampling(config), ...impossibleLengths(config), ...beamSettings(config)];
}

export function checkGenerate(config: GenerateConfig) {
  return [...checkGeneration(config), ...returnedSequences(config)];
}

function unusedSampling(config: GenerationConfig) {
  if (config.do_sample) return [];
  const offAt = { temperature: 1, top_p: 1, min_p: 0, typical_p: 1 } as const;
  const unused = (Object.keys(offAt) as (keyof typeof offAt)[]).filter((name) => config[name] !== offAt[name]);
  return unused.map((name) => ({
    pointer: `/${name}`,
    message: 'has an effect only when sampling',
    hint: 'Add do_sample: true.',
  }));
}

function impossibleLengths({ min_new_tokens, max_new_tokens }: GenerationConfig) {
  if (min_new_tokens <= max_new_tokens) return [];
  return [{ pointer: '/min_new_tokens', message: `is above max_new_tokens, which is ${max_new_tokens}` }];
}

function beamSettings({ num_beams, do_sample, length_penalty, early_stopping }: GenerationConfig) {
  if (num_beams > 1) {
    const message = 'cannot go with do_sample: the beams are the likeliest hypotheses';
    return do_sample ? [{ pointer: '/num_beams', message, hint: 'Leave one of the two out.' }] : [];
  }
  const unused = [
    ...(length_penalty === 1 ? [] : ['length_penalty']),
    ...(early_stopping === false ? [] : ['early_stopping']),
  ];
  return unused.map((name) => ({
    pointer: `/${name}`,
    message: 'has an effect only in beam search',
    hint: 'Set num_beams above 1.',
  }));
}

function returnedSequences({ num_return_sequences, num_beams, do_sample }: GenerateConfig) {
  if (do_sample || num_return_sequences <= num_beams) return [];
  const message =
    num_beams > 1 ? `is above num_beams, which is ${num_beams}` : 'of greedy generation would all be the same';
  return [{ pointer: '/num_return_sequences', message, hint: 'Add do_sample: true, or raise num_beams.' }];
}
