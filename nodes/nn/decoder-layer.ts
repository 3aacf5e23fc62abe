/** One layer of a decoder: attention and an MLP, each added to the residual stream. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import { watch } from '../tensor/watch.js';
import { activate, activateTimes } from './activations.js';
import type { DecoderConfig } from './decoder-config.js';
import { dropoutNames, dropped } from './dropout.js';
import { linear } from './layers.js';
import { normalise } from './norms.js';
import { type Rotation, rotate } from './rope.js';

export interface LayerPass {
  readonly batch: number;
  readonly time: number;
  readonly rotation: Rotation | undefined;
  /** `query` `[batch, heads, time, d]`; `key`, `value` `[batch, keyValueHeads, time, d]` → `[batch, heads, time, d]`. */
  readonly attend: (query: Tensor, key: Tensor, value: Tensor) => Tensor;
}

/** `x` is `[batch · time, width]`, and so is the result. */
export function decoderLayer(
  config: DecoderConfig,
  parameters: Tensors,
  layer: number,
  x: Tensor,
  pass: LayerPass,
): Tensor {
  const { layers, layer: names } = config.modules;
  const path = (module: string) => `${layers}.${layer}.${module}`;
  const part: Part = {
    linear: (module, input) => linear(parameters, path(module), input, config.transposed),
    output: (module, input) => watch(path(module), part.linear(module, input)),
    norm: (module, input) => normalise(config.norm, parameters, path(module), input),
  };
  const after = (module: string | undefined, input: Tensor) => (module ? part.norm(module, input) : input);
  const attended = attention(config, part, part.norm(names.attentionNorm, x), pass);
  const added = after(names.attentionPostNorm, attended);
  const middle = tf.add(x, dropped(parameters, dropoutNames.attended(layer), added));
  const computed = mlp(config, part, part.norm(names.mlpNorm, middle));
  return tf.add(middle, dropped(parameters, dropoutNames.mlp(layer), after(names.mlpPostNorm, computed)));
}

/** The layer's modules, by their names in it. */
interface Part {
  readonly linear: (module: string, x: Tensor) => Tensor;
  /** A linear module whose output goes to the residual stream. */
  readonly output: (module: string, x: Tensor) => Tensor;
  readonly norm: (module: string, x: Tensor) => Tensor;
}

function attention(config: DecoderConfig, part: Part, x: Tensor, { batch, time, rotation, attend }: LayerPass) {
  const { heads, keyValueHeads, headWidth } = config;
  const { headNorms, attentionOutput } = config.modules.layer;
  const byHead = (flat: Tensor, count: number) =>
    tf.transpose(tf.reshape(flat, [batch, time, count, headWidth]), [0, 2, 1, 3]);
  /** A query or key of each head, normalised and rotated. */
  const pointer = (flat: Tensor, count: number, norm: string | undefined) => {
    const normed = norm ? part.norm(norm, tf.reshape(flat, [batch * time * count, headWidth])) : flat;
    const split = byHead(normed, count);
    return rotation ? rotate(split, rotation) : split;
  };
  const [queries, keys, values] = projected(config, part, x);
  const query = pointer(queries, heads, headNorms?.query);
  const key = pointer(keys, keyValueHeads, headNorms?.key);
  const mixed = tf.transpose(attend(query, key, byHead(values, keyValueHeads)), [0, 2, 1, 3]);
  return part.output(attentionOutput, tf.reshape(mixed, [batch * time, heads * headWidth]));
}

/** Queries, keys and values of all heads, each `[batch · time, heads · d]`. */
function projected({ heads, keyValueHeads, headWidth, modules }: DecoderConfig, part: Part, x: Tensor) {
  const { projections } = modules.layer;
  if (projections.type === 'split') {
    const { query, key, value } = projections;
    return [part.linear(query, x), part.linear(key, x), part.linear(value, x)] as const;
  }
  const widths = [heads, keyValueHeads, keyValueHeads].map((count) => count * headWidth);
  return tf.split(part.linear(projections.all, x), widths, 1) as [Tensor, Tensor, Tensor];
}

function mlp({ modules, activation, mlpWidth }: DecoderConfig, part: Part, x: Tensor): Tensor {
  const { mlp: names } = modules.layer;
  const inner = () => {
    switch (names.type) {
      case 'gated':
        return activateTimes(activation, part.linear(names.gate, x), part.linear(names.up, x));
      case 'fused-gated': {
        const [gate, up] = tf.split(part.linear(names.gateUp, x), [mlpWidth, mlpWidth], 1) as [Tensor, Tensor];
        return activateTimes(activation, gate, up);
      }
      case 'plain':
        return activate(activation, part.linear(names.up, x));
    }
  };
  return part.output(names.down, inner());
}
