/** The model that the policy is held near to: weights that the policy shares with it are not held twice. */
import type { RunContext } from '../../engine/kind.js';
import type { Model } from '../model/model-directory.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { readReference } from '../preference/reference.js';
import type { HostTensors, Tensors } from '../tensor/device.js';

export interface Reference {
  readonly config: DecoderConfig;
  /** What must be held besides the policy's state. */
  readonly held: HostTensors;
  /** The reference's parameters, from a state that joins both. */
  view(state: Tensors): Tensors;
}

const heldName = (name: string) => `reference.${name}`;

/**
 * The model at the port `reference`, else the one that training begins from. Of the latter only those weights are held that
 * are in `trainable`: with adapters, none.
 */
export async function referenceOf(
  context: RunContext<unknown>,
  policy: Model,
  trainable: readonly string[],
): Promise<Reference> {
  const { config, parameters } = await readReference(context, policy);
  const names = Object.keys(parameters);
  const learns = new Set(trainable);
  const apart = parameters === policy.parameters ? names.filter((name) => learns.has(name)) : names;
  const isApart = new Set(apart);
  return {
    config,
    held: Object.fromEntries(apart.map((name) => [heldName(name), parameters[name]!])),
    view: (state) => Object.fromEntries(names.map((name) => [name, state[isApart.has(name) ? heldName(name) : name]!])),
  };
}
