import type { GenerationConfig } from '../../schemas/kinds/generation.js';

/** Checks of a config that its schema cannot express, such as a setting of sampling where nothing is sampled. */
export function checkGeneration(config: GenerationConfig) {
  return [...unusedSampling(config), ...impossibleLengths(config)];
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
