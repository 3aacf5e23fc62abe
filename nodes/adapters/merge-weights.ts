/** From weights and an adapter to weights that compute the same without it. */
import { adapterNames } from '../nn/low-rank.js';
import type { HostTensor, HostTensors } from '../tensor/device.js';
import { float32 } from '../tensor/host-tensor.js';
import { rowLengths } from './adapt.js';
import type { AdaptedModules } from './modules.js';

/** W + s B A in every adapted module, its rows then given the lengths of a DoRA; weights trained whole take their place. */
export function mergeWeights(
  weights: HostTensors,
  adapter: HostTensors,
  { lowRank, whole }: AdaptedModules,
  { scaling, transposed }: { readonly scaling: number; readonly transposed: boolean },
): Record<string, HostTensor> {
  const merged: Record<string, HostTensor> = { ...weights };
  for (const name of whole) merged[name] = adapter[name]!;
  for (const module of lowRank) {
    const { down, up, magnitude } = adapterNames(module);
    const name = `${module}.weight`;
    const sum = addProduct(weights[name]!, adapter[up]!, adapter[down]!, scaling, transposed);
    const lengths = adapter[magnitude];
    merged[name] = lengths ? withRowLengths(sum, lengths.data, transposed) : sum;
  }
  return merged;
}

/** `weight` + scaling · up down; row by row, each in double precision. */
function addProduct(weight: HostTensor, up: HostTensor, down: HostTensor, scaling: number, transposed: boolean) {
  const [outputs, rank] = up.shape as [number, number];
  const inputs = down.shape[1]!;
  const data = new Float32Array(weight.data.length);
  const row = new Float64Array(inputs);
  for (let output = 0; output < outputs; output++) {
    row.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = scaling * up.data[output * rank + k]!;
      const start = k * inputs;
      for (let input = 0; input < inputs; input++) row[input]! += factor * down.data[start + input]!;
    }
    for (let input = 0; input < inputs; input++) {
      const at = transposed ? input * outputs + output : output * inputs + input;
      data[at] = weight.data[at]! + row[input]!;
    }
  }
  return float32(weight.shape, data);
}

function withRowLengths(weight: HostTensor, lengths: ArrayLike<number>, transposed: boolean): HostTensor {
  const now = rowLengths(weight, transposed);
  const columns = weight.shape[1]!;
  const data = Float32Array.from(weight.data, (value, i) => {
    const output = transposed ? i % columns : Math.floor(i / columns);
    return (value * lengths[output]!) / now[output]!;
  });
  return float32(weight.shape, data);
}
