/** Fields of a Hugging Face `config.json`, read with checks. What cannot be run is refused by a `Failure`. */
import { Failure } from '../../engine/failure.js';
import type { Activation } from '../nn/decoder-config.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A positive whole number. */
export function size(json: JsonObject, key: string, fallback?: number): number {
  const value = number(json, key, fallback);
  if (!Number.isSafeInteger(value) || value < 1) refuse(key, value);
  return value;
}

export function number(json: JsonObject, key: string, fallback?: number): number {
  const value = json[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(key, value);
  return value;
}

/** Above 0. */
export function positive(json: JsonObject, key: string, fallback?: number): number {
  const value = number(json, key, fallback);
  if (value <= 0) refuse(key, value);
  return value;
}

export function flag(json: JsonObject, key: string, fallback: boolean): boolean {
  const value = json[key] ?? fallback;
  if (typeof value !== 'boolean') refuse(key, value);
  return value;
}

export function refuseUnless(json: JsonObject, key: string, only: unknown): void {
  if (json[key] != null && json[key] !== only) refuse(key, json[key]);
}

export function refuse(key: string, value: unknown): never {
  throw new Failure(
    'model-config-unsupported',
    `The model's config.json has ${key}: ${JSON.stringify(value) ?? 'nothing'}, which cannot be run.`,
  );
}

/** The names of Transformers for what is computed here; several stand for the same function. */
const activations: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
};

export function activation(json: JsonObject, key: string, fallback: string): Activation {
  const name = json[key] ?? fallback;
  if (typeof name !== 'string' || !Object.hasOwn(activations, name)) refuse(key, name);
  return activations[name]!;
}

/** `layer_types`, of as many as there are layers, where the file has them. */
export function layerTypes(json: JsonObject, layers: number): readonly LayerType[] | undefined {
  const types = json.layer_types;
  if (types == null) return undefined;
  const known =
    Array.isArray(types) && types.every((type) => type === 'full_attention' || type === 'sliding_attention');
  if (!known || types.length !== layers) refuse('layer_types', types);
  return types;
}

export type LayerType = 'full_attention' | 'sliding_attention';
