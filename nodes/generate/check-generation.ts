import type { GenerationConfig } from '../../schemas/kinds/generation.js';

/** Checks of a config that its schema cannot express: a setting of sampling says nothing where nothing is sampled. */
export function checkGeneration(config: GenerationConfig) {
  if (config.do_sample) return [];
  const unused = (['temperature', 'top_p'] as const).filter((name) => config[name] !== 1);
  return unused.map((name) => ({
    pointer: `/${name}`,
    message: 'has an effect only when sampling',
    hint: 'Add do_sample: true.',
  }));
}
