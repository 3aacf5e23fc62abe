/** V: how much reward is expected from here on. */
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs';
import { Failure } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import { type Body, readBody } from '../model/classifier-directory.js';
import type { Model } from '../model/model-directory.js';
import { decoderHidden } from '../nn/decoder.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { assertSameTokenizer } from '../reward/rewarder.js';
import type { HostTensors, Tensors } from '../tensor/device.js';
import { float32 } from '../tensor/host-tensor.js';
import { tf } from '../tensor/tf.js';

export interface ValueFunction {
  /** What it learns besides the policy's weights. */
  readonly parameters: HostTensors;
  /** `[rows, length]`, from the inputs of `experienceInputs` and the policy's activations `[rows · length, width]`. */
  values(state: Tensors, inputs: Tensors, hidden: Tensor): Tensor;
}

const prefix = 'value.';
const headWeight = `${prefix}head.weight`;
const headBias = `${prefix}head.bias`;
const bodyName = (name: string) => `${prefix}model.${name}`;

/** Whether a weight belongs to a value function, and not to the policy. */
export function isValueWeight(name: string): boolean {
  return name.startsWith(prefix);
}

/** A linear head on the policy's activations, that begins at 0: Ziegler et al. 2019, section 2.2. */
export function valueHead({ width }: DecoderConfig): ValueFunction {
  return {
    parameters: { [headWeight]: float32([1, width]), [headBias]: float32([1]) },
    values: (state, { targets }, hidden) => headValues(state, hidden, targets!.shape),
  };
}

/** A decoder of its own below such a head. A reward model brings its head along: Ouyang et al. 2022, appendix C.4. */
export function valueModel({ config, parameters, head, headWeight: given }: Body | (Model & NoHead)): ValueFunction {
  const { mean, std } = head?.normalisation ?? { mean: 0, std: 1 };
  const weights = given
    ? float32(
        [1, config.width],
        Float32Array.from(given.data, (one) => one / std),
      )
    : undefined;
  const names = Object.keys(parameters).filter((name) => name !== 'lm_head.weight');
  return {
    parameters: {
      ...Object.fromEntries(names.map((name) => [bodyName(name), parameters[name]!])),
      [headWeight]: weights ?? float32([1, config.width]),
      [headBias]: float32([1], [weights ? -mean / std : 0]),
    },
    values(state, { ids, places, targets }) {
      const own = Object.fromEntries(names.map((name) => [name, state[bodyName(name)]!]));
      const hidden = tf.gather(decoderHidden(config, own, { ids: ids! }), places!);
      return headValues(state, hidden, targets!.shape);
    },
  };
}

interface NoHead {
  readonly head?: undefined;
  readonly headWeight?: undefined;
}

/** The value function that the config names. Throws `Failure`. */
export async function readValueFunction(
  context: RunContext<{ readonly value_function: 'head' | 'model' }>,
  policy: Model,
): Promise<ValueFunction> {
  const artifact = context.optionalInput('value_model');
  if (context.config.value_function === 'head') {
    if (artifact) throw unusedValueModel();
    return valueHead(policy.config);
  }
  if (!artifact) return valueModel(policy);
  await assertSameTokenizer(context.input('model'), artifact, 'value model');
  return valueModel(await readBody(artifact, join(context.scratch, 'value_model')));
}

function headValues(state: Tensors, hidden: Tensor, shape: number[]): Tensor {
  const values = tf.matMul(hidden, state[headWeight]!, false, true);
  return tf.reshape(tf.add(values, state[headBias]!), shape);
}

function unusedValueModel(): Failure {
  return new Failure(
    'value-model-not-used',
    'There is a model at the input `value_model`, and value_function says that a head on the policy is used.',
    'Set value_function: model, or leave the input out.',
  );
}
