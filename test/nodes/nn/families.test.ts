/** Each family computes what Transformers computes. */
import t from 'tap';
import { crossEntropy } from '../../../nodes/loss/cross-entropy.js';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import { emptyCache, prefill } from '../../../nodes/nn/kv-cache.js';
import type { StepFunction } from '../../../nodes/tensor/device.js';
import { int32 } from '../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { distance, familyNames, fingerprint, inputs, readFamily, type TinyModel } from './tiny-families.js';
import { largestDifference, matrix, targetsOf } from './tiny-llama.js';

/** The logits, the loss, and each weight's gradient. */
const step =
  ({ config }: TinyModel): StepFunction =>
  (state, { ids, targets }) => {
    const names = Object.keys(parameterShapes(config));
    const { value, grads } = tf.valueAndGrads((...weights) => {
      const parameters = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
      const logits = decoderLogits(config, parameters, { ids: ids! });
      const { sum, count } = crossEntropy(tf.reshape(logits, [-1, config.vocabSize]), tf.reshape(targets!, [-1]));
      return tf.div(sum, count);
    })(names.map((name) => state[name]!));
    const gradients = Object.fromEntries(names.map((name, i) => [name, grads[i]!]));
    return { outputs: { loss: value, logits: decoderLogits(config, state, { ids: ids! }), ...gradients } };
  };

for (const deviceName of devicesUnderTest) {
  for (const name of familyNames) {
    t.test(`${name} on ${deviceName}: logits, loss and gradients equal those of Transformers`, async (t) => {
      const { facts, expected, ...model } = await readFamily(name);
      const [ids, labels] = inputs.batch;
      t.same(
        Object.entries(model.parameters)
          .map(([weight, { shape }]) => [weight, shape])
          .sort(),
        Object.entries(parameterShapes(model.config)).sort(),
        'the weights are those that the config implies',
      );
      await withDevice(deviceName, async (device) => {
        const state = device.createState(model.parameters);
        const program = device.program('gradients', step(model));
        const { loss, logits, ...gradients } = await program.run(state, {
          ids: matrix(ids),
          targets: matrix(targetsOf(labels)),
        });
        t.ok(largestDifference(logits!.data, expected.logits!.data) < 1e-4, 'logits');
        t.ok(Math.abs(loss!.data[0]! - facts.loss) < 1e-5, 'loss');
        t.same(Object.keys(gradients).sort(), Object.keys(facts.gradients).sort());
        for (const [weight, known] of Object.entries(facts.gradients)) {
          t.ok(distance(fingerprint(gradients[weight]!.data), known) < 1e-4, `gradient of ${weight}`);
        }
      });
    });

    t.test(`${name} on ${deviceName}: prompts of several lengths, read at once`, async (t) => {
      const { config, parameters, expected } = await readFamily(name);
      const { prompts } = inputs;
      const longest = Math.max(...prompts.map(({ length }) => length));
      await withDevice(deviceName, async (device) => {
        const state = device.createState({ ...parameters, ...emptyCache(config, prompts.length, longest + 2) });
        const program = device.program('prefill', (held, { ids, last }) => ({
          outputs: { logits: prefill(config, held, ids!, last!).logits },
        }));
        const { logits } = await program.run(state, {
          ids: matrix(prompts.map((prompt) => [...prompt, ...Array(longest - prompt.length).fill(1)])),
          last: int32(
            [prompts.length],
            prompts.map(({ length }) => length - 1),
          ),
        });
        t.ok(largestDifference(logits!.data, expected.ragged!.data) < 1e-4);
      });
    });
  }
}
