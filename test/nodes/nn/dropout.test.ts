import t from 'tap';
import { attend } from '../../../nodes/nn/attention.js';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { dropoutNames } from '../../../nodes/nn/dropout.js';
import { adapterNames, scalingName } from '../../../nodes/nn/low-rank.js';
import type { HostTensor, HostTensors, StepFunction } from '../../../nodes/tensor/device.js';
import { float32, int32 } from '../../../nodes/tensor/host-tensor.js';
import { createRandom } from '../../../nodes/tensor/random.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { largestDifference, readTinyLlama } from './tiny-llama.js';

const { config, parameters } = await readTinyLlama('llama-plain');
const ids = int32([1, 8], [3, 1, 4, 15, 9, 2, 6, 5]);
const layers = Array.from({ length: config.layers }, (_, layer) => layer);
const filled = (shape: readonly number[], value: number) =>
  float32(shape, new Float32Array(shape.reduce((a, b) => a * b)).fill(value));
const stream = (value: number) => filled([8, config.width], value);
const drawn = (shape: readonly number[], purpose: string) => {
  const tensor = filled(shape, 0);
  createRandom(1, purpose).fillNormal(tensor.data, 1);
  return tensor;
};

function logitsWith(more: HostTensors): Promise<HostTensor['data']> {
  return withDevice('onnx-cpu', async (device) => {
    const program = device.program('logits', (held, { ids }) => ({
      outputs: { logits: decoderLogits(config, held, { ids: ids! }) },
    }));
    return (await program.run(device.createState({ ...parameters, ...more }), { ids })).logits!.data;
  });
}

t.test('a decoder drops where it has masks, and nowhere else', async (t) => {
  const plain = await logitsWith({});
  const everyLayer = (name: (layer: number) => string, mask: HostTensor) =>
    Object.fromEntries(layers.map((layer) => [name(layer), mask]));
  const masks = {
    attention: everyLayer(dropoutNames.attention, filled([1, config.heads, 8, 8], 0)),
    attended: everyLayer(dropoutNames.attended, stream(0)),
    mlp: everyLayer(dropoutNames.mlp, stream(0)),
  };
  const without = async (...parts: (keyof typeof masks)[]) =>
    logitsWith(Object.assign({}, ...parts.map((part) => masks[part])));
  const silent = (end: string) =>
    logitsWith(
      Object.fromEntries(
        Object.entries(parameters)
          .filter(([name]) => name.endsWith(end))
          .map(([name, { shape }]) => [name, filled(shape, 0)]),
      ),
    );
  t.ok(largestDifference(await without('attention'), await silent('o_proj.weight')) < 1e-5, 'no attention at all');
  t.ok(largestDifference(await without('attended'), await silent('o_proj.weight')) < 1e-5);
  t.ok(largestDifference(await without('mlp'), await silent('down_proj.weight')) < 1e-5);
  for (const part of ['attention', 'mlp'] as const) t.ok(largestDifference(await without(part), plain) > 0.01, part);
  const embedding = parameters['model.embed_tokens.weight']!;
  const doubled = float32(
    embedding.shape,
    Float32Array.from(embedding.data, (value) => 2 * value),
  );
  const twice = await logitsWith({ [dropoutNames.embedding]: stream(2) });
  t.ok(largestDifference(twice, await logitsWith({ 'model.embed_tokens.weight': doubled })) < 1e-4);
});

t.test('an adapter reads what is left, and the module itself all', async (t) => {
  const module = 'model.layers.0.self_attn.q_proj';
  const names = adapterNames(module);
  const { shape } = parameters[`${module}.weight`]!;
  const adapter = { [names.down]: drawn([2, shape[1]!], 'down'), [names.up]: drawn([shape[0]!, 2], 'up') };
  const scaled = (by: number) => ({ ...adapter, [scalingName]: float32([], [by]) });
  const masked = (value: number) => ({ [names.dropout]: filled([8, shape[1]!], value) });
  const plain = await logitsWith({});
  t.ok(largestDifference(await logitsWith({ ...scaled(1), ...masked(0) }), plain) < 1e-6);
  t.ok(largestDifference(await logitsWith({ ...scaled(1), ...masked(2) }), await logitsWith(scaled(2))) < 1e-5);
  t.ok(largestDifference(await logitsWith(scaled(2)), plain) > 0.01);

  const dora = { ...scaled(1), [names.magnitude]: drawn([shape[0]!], 'lengths') };
  t.ok(largestDifference(await logitsWith({ ...dora, ...masked(1) }), await logitsWith(dora)) < 1e-5);
  t.ok(largestDifference(await logitsWith({ ...dora, ...masked(0) }), plain) < 1e-6, 'DoRA as in PEFT');
});

for (const deviceName of devicesUnderTest) {
  t.test(`the gradient of attention that drops, on ${deviceName}`, async (t) => {
    const mask = float32([2, 4, 3, 3]);
    for (let at = 0; at < mask.data.length; at++) mask.data[at] = (at * 7) % 5 < 2 ? 0 : 5 / 3;
    const values = {
      query: drawn([2, 4, 3, 6], 'query'),
      key: drawn([2, 2, 3, 6], 'key'),
      value: drawn([2, 2, 3, 6], 'value'),
      seen: drawn([2, 4, 3, 6], 'seen'),
      causal: float32([3, 3], [0, -1e9, -1e9, 0, 0, -1e9, 0, 0, 0]),
      mask,
    };
    type Inputs = Record<keyof typeof values, ReturnType<typeof tf.tensor>>;
    const gradientsOf =
      (mix: (inputs: Inputs) => ReturnType<typeof tf.tensor>): StepFunction =>
      (_, inputs) => {
        const given = inputs as Inputs;
        const loss = (query: Inputs['query'], key: Inputs['key'], value: Inputs['value']) =>
          tf.sum(tf.mul(mix({ ...given, query, key, value }), given.seen)) as ReturnType<typeof tf.scalar>;
        const [query, key, value] = tf.grads(loss)([given.query, given.key, given.value]);
        return { outputs: { query: query!, key: key!, value: value!, mixed: mix(given) } };
      };
    const repeated = (x: Inputs['key']) =>
      tf.concat(
        [0, 0, 1, 1].map((head) => tf.slice(x, [0, head, 0, 0], [2, 1, 3, 6])),
        1,
      );
    const cap = 2;
    const step = (name: 'written' | 'composed') =>
      gradientsOf(({ query, key, value, causal, mask }) => {
        if (name === 'written') return attend(query, key, value, causal, { scale: 0.5, cap, kept: mask });
        const scores = tf.mul(tf.matMul(query, repeated(key), false, true), 0.5);
        const bent = tf.mul(tf.tanh(tf.div(scores, cap)), cap);
        return tf.matMul(tf.mul(tf.softmax(tf.add(bent, causal)), mask), repeated(value));
      });
    await withDevice(deviceName, async (device) => {
      const run = async (name: 'written' | 'composed') =>
        device.program(name, step(name)).run(device.createState({}), values);
      const [written, composed] = [await run('written'), await run('composed')];
      for (const [name, { data }] of Object.entries(composed)) {
        t.ok(largestDifference(written[name]!.data, data) < 1e-5, name);
      }
    });
  });
}
