/** The rope settings of a `config.json`. What would be turned wrongly is refused. */
import { Failure } from '../../engine/failure.js';
import type { Rope } from '../nn/rope-frequencies.js';
import { flag, type JsonObject, number, positive, refuse, size } from './config-fields.js';

export interface RopeContext {
  readonly headWidth: number;
  /** `max_position_embeddings` */
  readonly maxPositions: number;
  /** Of files that do not say: 10 000. */
  readonly defaultTheta?: number;
  /** Whether the family heeds `partial_rotary_factor`. */
  readonly partial?: boolean;
}

/** Transformers 5 writes `rope_parameters`; before it there were `rope_theta` and `rope_scaling`. */
export function parseRope(json: JsonObject, context: RopeContext): Rope {
  const parameters = ropeParameters(json);
  const nested = Object.keys(parameters).find((key) => isObject(parameters[key]));
  if (nested !== undefined) refuse(`rope_parameters.${nested}`, parameters[nested]);
  return ropeOf(json, parameters, context);
}

export function ropeParameters(json: JsonObject): JsonObject {
  const parameters = json.rope_parameters ?? json.rope_scaling ?? {};
  return isObject(parameters) ? parameters : refuse('rope_parameters', parameters);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The rope that `parameters` describe; what they leave out may stand in `json` itself. */
export function ropeOf(json: JsonObject, parameters: JsonObject, context: RopeContext): Rope {
  const { maxPositions, defaultTheta = 10_000 } = context;
  const theta = positive({ ...json, ...parameters }, 'rope_theta', defaultTheta);
  const width = rotatedWidth({ ...json, ...parameters }, context);
  const type: unknown = parameters.rope_type ?? parameters.type ?? 'default';
  if (parameters.mrope_section != null) refuse('mrope_section', parameters.mrope_section);
  const factor = () => positive(parameters, 'factor');
  const originalMaxPositions = () => size({ ...parameters, ...topLevelOriginal(json) }, originalKey, maxPositions);
  switch (type) {
    case 'default':
      return { type, theta, width };
    case 'linear':
      return { type, theta, width, factor: factor() };
    case 'dynamic':
      if (width < 4) refuse('head_dim', width);
      return { type, theta, width, factor: factor(), originalMaxPositions: maxPositions };
    case 'yarn': {
      const original = originalMaxPositions();
      const scale = positive(parameters, 'factor', maxPositions / original);
      return {
        type,
        theta,
        width,
        factor: scale,
        betaFast: positive(parameters, 'beta_fast', 32),
        betaSlow: positive(parameters, 'beta_slow', 1),
        truncate: flag(parameters, 'truncate', true),
        attentionFactor: positive(parameters, 'attention_factor', yarnAttention(parameters, scale)),
        originalMaxPositions: original,
      };
    }
    case 'longrope': {
      const original = originalMaxPositions();
      const scale = positive(parameters, 'factor', maxPositions / original);
      return {
        type,
        theta,
        width,
        shortFactors: factors(parameters, 'short_factor', width / 2),
        longFactors: factors(parameters, 'long_factor', width / 2),
        attentionFactor: positive(parameters, 'attention_factor', longRopeAttention(scale, original)),
        originalMaxPositions: original,
      };
    }
    case 'llama3':
      return {
        type,
        theta,
        width,
        factor: factor(),
        lowFrequencyFactor: number(parameters, 'low_freq_factor'),
        highFrequencyFactor: number(parameters, 'high_freq_factor'),
        originalMaxPositions: originalMaxPositions(),
      };
    default:
      throw new Failure(
        'rope-type-unsupported',
        `The model's rope type ${JSON.stringify(type)} is not known; default, linear, dynamic, yarn, longrope and llama3 are.`,
      );
  }
}

/** Tokens of the longest text: what the file says, or what the rope stretches the original length to. */
export function stretchedPositions(rope: Rope, maxPositions: number): number {
  if (rope.type !== 'dynamic' && rope.type !== 'yarn') return maxPositions;
  return Math.max(maxPositions, Math.floor(rope.factor * rope.originalMaxPositions));
}

const originalKey = 'original_max_position_embeddings';

/** Outside of the rope's own settings, as in Phi-3, it takes precedence. */
function topLevelOriginal(json: JsonObject): JsonObject {
  return json[originalKey] == null ? {} : { [originalKey]: json[originalKey] };
}

function rotatedWidth(json: JsonObject, { headWidth, partial = false }: RopeContext): number {
  const part = positive(json, 'partial_rotary_factor', 1);
  const width = Math.floor(headWidth * part);
  if ((!partial && part !== 1) || part > 1) refuse('partial_rotary_factor', part);
  if (width < 2 || width % 2 !== 0)
    refuse(part === 1 ? 'head_dim' : 'partial_rotary_factor', part === 1 ? width : part);
  return width;
}

/** 0.1 ln(factor) + 1 (Peng et al. 2023, equation 22), or the ratio of two such as DeepSeek has it. */
function yarnAttention(parameters: JsonObject, factor: number): number {
  const sharpness = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  const scale = number(parameters, 'mscale', 0);
  const ofAll = number(parameters, 'mscale_all_dim', 0);
  return scale !== 0 && ofAll !== 0 ? sharpness(scale) / sharpness(ofAll) : sharpness(1);
}

/** √(1 + ln factor / ln original) (Ding et al. 2024). */
function longRopeAttention(factor: number, original: number): number {
  return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
}

function factors(parameters: JsonObject, key: string, count: number): number[] {
  const list = parameters[key];
  const good = Array.isArray(list) && list.every((value) => typeof value === 'number' && value > 0);
  if (!good || list.length !== count) refuse(key, list);
  return list;
}
