/** A learner whose weights stay as they are, and whose adapters learn. */
import type { AdapterConfig } from '../../schemas/kinds/adapter.js';
import { adapterNames, scalingName } from '../nn/low-rank.js';
import type { HostTensor, HostTensors } from '../tensor/device.js';
import { float32 } from '../tensor/host-tensor.js';
import { createRandom } from '../tensor/random.js';
import { adapterSites, withDropout } from '../train/dropout.js';
import type { Learner } from '../train/learner.js';
import { type AdaptedModules, adapterWeightNames } from './modules.js';

/** The scale of the updates: α / r, or α / √r for rsLoRA (Kalajdzievski 2023). */
export function scalingOf({
  r,
  lora_alpha,
  use_rslora,
}: Pick<AdapterConfig, 'r' | 'lora_alpha' | 'use_rslora'>): number {
  return lora_alpha / (use_rslora ? Math.sqrt(r) : r);
}

export interface AdaptOptions {
  readonly config: AdapterConfig;
  readonly modules: AdaptedModules;
  /** Whether the model keeps its linear weights as `[in, out]`, as GPT-2 does. */
  readonly transposed: boolean;
  readonly seed: number | bigint;
}

/** Whatever else the learner trains besides the model's weights, such as a head, goes on learning. */
export function adapt(learner: Learner, modelWeights: ReadonlySet<string>, options: AdaptOptions): Learner {
  const { config, modules, seed } = options;
  const others = learner.trainable.filter((name) => !modelWeights.has(name));
  const adapter = initialAdapter(learner.parameters, options);
  const adapted = {
    ...learner,
    parameters: { ...learner.parameters, ...adapter },
    trainable: [...adapterWeightNames(modules, config.use_dora), ...others],
  };
  const inputs = (module: string) => adapter[adapterNames(module).down]!.shape[1]!;
  return withDropout(adapted, adapterSites(modules, config.lora_dropout ?? 0, inputs), seed);
}

/**
 * A is drawn from U(−1/√in, 1/√in), which is PyTorch's `kaiming_uniform_` with a = √5, and B is 0, so that the adapted
 * model begins as the model itself; a DoRA's lengths are those of the weight's rows.
 */
function initialAdapter(
  weights: HostTensors,
  { config, modules, transposed, seed }: AdaptOptions,
): Record<string, HostTensor> {
  const tensors: Record<string, HostTensor> = { [scalingName]: float32([], [scalingOf(config)]) };
  for (const module of modules.lowRank) {
    const weight = weights[`${module}.weight`]!;
    const [rows, columns] = weight.shape as [number, number];
    const [width, inputs] = transposed ? [columns, rows] : [rows, columns];
    const names = adapterNames(module);
    const random = createRandom(seed, `adapter ${module}`);
    const bound = 1 / Math.sqrt(inputs);
    const down = Float32Array.from({ length: config.r * inputs }, (_, i) => bound * (2 * random.uniform(i) - 1));
    tensors[names.down] = float32([config.r, inputs], down);
    tensors[names.up] = float32([width, config.r]);
    if (config.use_dora) tensors[names.magnitude] = float32([width], rowLengths(weight, transposed));
  }
  return tensors;
}

/** The length of the weights that lead to each output. */
export function rowLengths({ shape, data }: HostTensor, transposed: boolean): Float32Array {
  const [rows, columns] = shape as [number, number];
  const squares = new Float64Array(transposed ? columns : rows);
  for (let i = 0; i < data.length; i++) {
    const output = transposed ? i % columns : Math.floor(i / columns);
    squares[output]! += data[i]! * data[i]!;
  }
  return Float32Array.from(squares, Math.sqrt);
}
