/** A Hugging Face `config.json`, read into a `DecoderConfig`. What is not understood is refused. */
import { Failure } from '../../engine/failure.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { type JsonObject, refuse } from './config-fields.js';
import { families } from './families/families.js';

export type { JsonObject } from './config-fields.js';

/** The names of number formats in a `config.json`, by those of safetensors. */
export const dtypeName = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;

/** Whether it is a model with a head that scores whole sequences, rather than a language model. */
export function isClassifierJson({ architectures }: JsonObject): boolean {
  return Array.isArray(architectures) && String(architectures[0]).endsWith('ForSequenceClassification');
}

/** Throws `Failure` for an architecture, an option or a rope type that would be computed wrongly. */
export function parseDecoderConfig(json: JsonObject): DecoderConfig {
  if (isClassifierJson(json)) {
    throw new Failure(
      'not-a-language-model',
      'The model scores whole sequences, as a reward model or a classifier, and a language model is wanted.',
      'Wire the language model that it was made from.',
    );
  }
  const architectures = Array.isArray(json.architectures) ? json.architectures : [];
  const family = families.find(({ modelType }) => modelType === json.model_type);
  if (!family || architectures.some((name) => name !== family.architecture)) {
    throw new Failure(
      'architecture-unsupported',
      `The model is ${architectures[0] ?? json.model_type ?? 'of no named architecture'}, which cannot be run.`,
      `These can: ${families.map(({ architecture }) => architecture).join(', ')}.`,
    );
  }
  if (json.quantization_config != null) refuse('quantization_config', json.quantization_config);
  return family.parse(json);
}
