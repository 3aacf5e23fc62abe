/** From the names of `GenerationConfig` to the settings of the pure functions. */
import type { GenerationConfig } from '../../schemas/kinds/generation.js';
import type { BeamSettings } from './beam-search.js';
import type { Processing } from './logits-processors.js';
import type { Sampling } from './sampling.js';

type SamplingConfig = Pick<GenerationConfig, 'do_sample' | 'temperature' | 'top_k' | 'top_p' | 'min_p' | 'typical_p'>;

export function samplingOf(config: SamplingConfig): Sampling {
  return {
    sample: config.do_sample,
    temperature: config.temperature,
    topK: config.top_k,
    topP: config.top_p,
    minP: config.min_p,
    typicalP: config.typical_p,
  };
}

type ProcessingConfig = Pick<
  GenerationConfig,
  'repetition_penalty' | 'presence_penalty' | 'frequency_penalty' | 'no_repeat_ngram_size' | 'min_new_tokens'
>;

export function processingOf(config: ProcessingConfig): Processing {
  return {
    repetitionPenalty: config.repetition_penalty,
    presencePenalty: config.presence_penalty,
    frequencyPenalty: config.frequency_penalty,
    noRepeatNgramSize: config.no_repeat_ngram_size,
    minNewTokens: config.min_new_tokens,
  };
}

type BeamConfig = Pick<GenerationConfig, 'num_beams' | 'length_penalty' | 'early_stopping'>;

/** Undefined where there is no beam search. */
export function beamsOf(config: BeamConfig, returned: number): BeamSettings | undefined {
  if (config.num_beams === 1) return undefined;
  return {
    count: config.num_beams,
    lengthPenalty: config.length_penalty,
    earlyStopping: config.early_stopping,
    returned,
  };
}
