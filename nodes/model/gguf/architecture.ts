/**
 * A family of decoders as GGUF names it, and how its keys and tensors become those of Hugging Face. Names, and what is done
 * to tensors, are those of llama.cpp's `convert_hf_to_gguf.py`; what readers take for granted is what its loader does.
 */
import type { Activation } from '../../nn/decoder-config.js';
import type { HostTensor } from '../../tensor/device.js';
import type { JsonObject } from '../hugging-face-config.js';
import type { Keys } from './keys.js';

/** What is done to a tensor on its way; `undo` leads to Hugging Face, `apply` to GGUF. */
export interface Turn {
  undo(tensor: HostTensor, config: TurnConfig): HostTensor;
  apply(tensor: HostTensor, config: TurnConfig): HostTensor;
  /** Whether rows become columns. */
  readonly transposes?: true;
}
export interface TurnConfig {
  readonly heads: number;
  readonly keyValueHeads: number;
}

export interface QuerySizes {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly headWidth: number;
}

export interface Architecture {
  /** `general.architecture` */
  readonly name: string;
  /** `model_type` */
  readonly modelType: string;
  /** `architectures` */
  readonly className: string;
  /** GGUF's name → Hugging Face's; `{}` stands for the number of a layer. */
  readonly tensors: Readonly<Record<string, string>>;
  /** By GGUF's name. */
  readonly turns: Readonly<Record<string, Turn>>;
  /** What of `config.json` is the family's own. Throws `Failure` `gguf-invalid`. */
  config(keys: Keys): JsonObject;
  readonly activation: Activation;
  /** Which layers have a window, where any has; absent: none. */
  slides?(layer: number, any: boolean): boolean;
  /** Queries are divided by the root of it; absent: of a head's width. */
  queryScalar?(sizes: QuerySizes): number;
  /** Whether scores and logits are capped: readers do so whether the file says it or not. */
  readonly capped?: true;
  /** Whether layers with a window have rotary positions of their own base. */
  readonly localRope?: true;
  /** Whether files hold the factors of LongRoPE. */
  readonly longRope?: true;
}

/** `blk.3.attn_q.weight` → its pattern and 3; `undefined` for the number where it belongs to no layer. */
export function patternOf(name: string): { readonly pattern: string; readonly layer: string | undefined } {
  const layer = /\.(\d+)\./.exec(name)?.[1];
  return { pattern: layer === undefined ? name : name.replace(`.${layer}.`, '.{}.'), layer };
}

/** The name that stands for `name` in `names`, with the number of its layer. */
export function renamed(name: string, names: Readonly<Record<string, string>>): string | undefined {
  const { pattern, layer } = patternOf(name);
  const target = Object.hasOwn(names, pattern) ? names[pattern] : undefined;
  return layer === undefined ? target : target?.replace('{}', layer);
}
