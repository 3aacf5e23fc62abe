import t from 'tap';
import { createGenerator, type GenerateOptions, generate } from '../../../nodes/generate/generator.js';
import { argMax } from '../../../nodes/generate/sampling.js';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import { adamw } from '../../../nodes/optim/adamw.js';
import type { Tensors } from '../../../nodes/tensor/device.js';
import type { OnnxDevice } from '../../../nodes/tensor/devices/onnx.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { languageModelLearner } from '../../../nodes/train/learner.js';
import { trainingStep } from '../../../nodes/train/step.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { largestDifference, matrix, readFacts, readTinyLlama } from '../nn/tiny-llama.js';

interface Facts {
  readonly prompts: number[][];
  readonly generated: number[][];
}

const greedy: GenerateOptions = {
  maxNewTokens: 12,
  batchSize: 2,
  sampling: { sample: false, temperature: 1, topK: 0, topP: 1 },
  seed: 1,
  endIds: [0],
  signal: new AbortController().signal,
  onProgress: () => {},
};
const sampled: GenerateOptions = { ...greedy, sampling: { sample: true, temperature: 1, topK: 20, topP: 0.95 } };

for (const deviceName of devicesUnderTest) {
  for (const name of ['llama-plain', 'llama-scaled']) {
    t.test(`${name} on ${deviceName}: greedy generation is that of Transformers`, async (t) => {
      const model = await readTinyLlama(name);
      const { prompts, generated } = readFacts<Facts>(name);
      const generations = await withDevice(deviceName, (device) => generate(device, model, prompts, greedy));
      t.same(
        generations.map(({ ids }) => ids),
        generated.map((ids) => (ids.includes(0) ? ids.slice(0, ids.indexOf(0)) : ids)),
      );
    });
  }

  t.test(`${deviceName}: the cache gives what reading the whole text again gives`, async (t) => {
    const model = await readTinyLlama('llama-plain');
    const prompt = [5, 9, 33];
    await withDevice(deviceName, async (device) => {
      const [generation] = await generate(device, model, [prompt], greedy);
      const state = device.createState(model.parameters);
      const program = device.program('whole', (parameters, { ids }) => ({
        outputs: { logits: decoderLogits(model.config, parameters, { ids: ids! }) },
      }));
      const { logits } = await program.run(state, { ids: matrix([[...prompt, ...generation!.ids]]) });
      const vocab = model.config.vocabSize;
      const expected = generation!.ids.map((_, index) => {
        const place = prompt.length - 1 + index;
        return argMax(logits!.data.slice(place * vocab, (place + 1) * vocab) as Float32Array);
      });
      t.same(generation!.ids, expected);
    });
  });

  t.test(`${deviceName}: a rollout reads the weights that a training step left, without a copy`, async (t) => {
    const { config, parameters } = await readTinyLlama('llama-plain');
    const prompts = [[5, 9, 33], [7], [11, 12, 13]];
    const optimizer = adamw({ beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0 });
    const options = { ...sampled, logprobs: true };
    await withDevice(deviceName, async (device) => {
      const state = device.createState({ ...parameters, ...optimizer.init(parameterShapes(config)) });
      const step = device.program('train', trainingStep(languageModelLearner({ config, parameters }), optimizer));
      const size = { ...options, promptLengths: prompts.map(({ length }) => length) };
      const generator = createGenerator(device, { config }, state, size);
      const compiled = () => (device as Partial<OnnxDevice>).compiledPrograms;
      const expected = async () =>
        generate(device, { config, parameters: await state.read(Object.keys(parameters)) }, prompts, options);

      const first = await generator.generate(prompts, options);
      t.same(first, await expected());
      for (let update = 1; update <= 3; update++) {
        await step.run(state, {
          ids: matrix([[5, 6, 7, 8]]),
          targets: matrix([[6, 7, 8, 9]]),
          ...optimizer.scalars({ step: update, learningRate: 0.02 }),
        });
        const programs = compiled();
        const rollout = await generator.generate(prompts, options);
        if (update > 1) t.equal(compiled(), programs, 'nothing is compiled again');
        t.same(rollout, await expected());
        t.notSame(rollout, first);
      }
      const next = await generator.generate(prompts, { ...options, firstRow: 3 });
      const six = await generator.generate([...prompts, ...prompts], options);
      t.same(next, six.slice(3), 'a later call can go on counting rows');
      await generator.dispose();
      t.ok((await state.read())['model.norm.weight'], 'the weights outlive it');
      await t.rejects(
        createGenerator(device, { config }, state, { ...size, promptLengths: [2] }).generate(
          [Array(40).fill(5)],
          options,
        ),
        /longer than the generator/,
      );
    });
  });

  t.test(`${deviceName}: log-probabilities are those of the whole text read at once`, async (t) => {
    const { config, parameters } = await readTinyLlama('llama-plain');
    const prompt = [5, 9, 33];
    const temperature = 0.7;
    const sampling = { ...sampled.sampling, temperature, topK: 3 };
    await withDevice(deviceName, async (device) => {
      const options = { ...sampled, sampling, logprobs: true, endIds: Array.from({ length: 20 }, (_, id) => id) };
      const generations = await generate(device, { config, parameters }, Array(6).fill(prompt), options);
      t.ok(generations.some(({ end }) => end === 'end-token') && generations.some(({ ids }) => ids.length > 0));
      const state = device.createState(parameters);
      const program = device.program('whole', (held, { ids, next }) => {
        const logits = tf.div(decoderLogits(config, held, { ids: ids! }), temperature);
        const time = ids!.shape[1]!;
        const flat = tf.logSoftmax(tf.reshape(logits, [time, config.vocabSize]));
        return { outputs: { chosen: tf.sum(tf.mul(flat, tf.oneHot(tf.reshape(next!, [time]), config.vocabSize)), 1) } };
      });
      for (const { ids, end, endId, logprobs } of generations) {
        t.equal(endId !== undefined, end === 'end-token');
        const tokens = [...ids, ...(endId === undefined ? [] : [endId])];
        t.equal(logprobs!.length, tokens.length);
        const text = [...prompt, ...tokens];
        const { chosen } = await program.run(state, {
          ids: matrix([text.slice(0, -1)]),
          next: matrix([text.slice(1)]),
        });
        t.ok(largestDifference(chosen!.data.slice(prompt.length - 1), logprobs!) < 1e-5);
      }
    });
  });

  t.test(`${deviceName}: parameters may be taken from a state of other names`, async (t) => {
    const { config, parameters } = await readTinyLlama('llama-plain');
    await withDevice(deviceName, async (device) => {
      const prefixed = Object.entries(parameters).map(([name, value]) => [`policy.${name}`, value]);
      const state = device.createState(Object.fromEntries(prefixed));
      const parametersOf = (held: Tensors) =>
        Object.fromEntries(Object.keys(parameters).map((name) => [name, held[`policy.${name}`]!]));
      const generator = createGenerator(device, { config, parametersOf }, state, { ...greedy, promptLengths: [3] });
      t.same(
        await generator.generate([[5, 9, 33]], greedy),
        await generate(device, { config, parameters }, [[5, 9, 33]], greedy),
      );
    });
  });

  t.test(`${deviceName}: a sampled response does not depend on the rows beside it`, async (t) => {
    const model = await readTinyLlama('llama-plain');
    const prompts = [[5, 9, 33], [7], [11, 12, 13, 14, 15, 16, 17, 18, 19], [20, 21], [30]];
    await withDevice(deviceName, async (device) => {
      const together = await generate(device, model, prompts, { ...sampled, batchSize: 3 });
      const alone = await generate(device, model, prompts, { ...sampled, batchSize: 1 });
      t.same(together, alone);
      const repeated = await generate(device, model, [[7], [7], [7]], sampled);
      t.ok(new Set(repeated.map(({ ids }) => ids.join())).size > 1, 'rows of the same prompt differ');
      const reseeded = await generate(device, model, prompts, { ...sampled, seed: 2 });
      t.notSame(reseeded, alone);
    });
  });
}

t.test('a response ends at the last position of the model', async (t) => {
  const model = await readTinyLlama('llama-plain');
  const prompt = Array.from({ length: 60 }, (_, i) => 2 + (i % 50));
  const [generation] = await withDevice('reference', (device) =>
    generate(device, model, [prompt], { ...greedy, maxNewTokens: 50, endIds: [] }),
  );
  t.equal(generation!.ids.length, 64 - 60 + 1);
  t.equal(generation!.end, 'length');
});

t.test('processed logits rule greedy generation too', async (t) => {
  const model = await readTinyLlama('llama-plain');
  await withDevice('reference', async (device) => {
    const prompts = [[5, 9, 33], [7]];
    const options = { ...greedy, endIds: [] };
    const plain = await generate(device, model, prompts, options);
    t.ok(
      plain.some(({ ids }) => new Set(ids).size < ids.length),
      'it repeats itself',
    );
    const unique = await generate(device, model, prompts, { ...options, processing: { noRepeatNgramSize: 1 } });
    for (const [row, { ids }] of unique.entries())
      t.equal(new Set([...prompts[row]!, ...ids]).size, prompts[row]!.length + 12);
    const ending = plain[0]!.ids[0]!;
    const [short] = await generate(device, model, prompts, { ...options, endIds: [ending] });
    t.same(short!.ids, []);
    const processing = { minNewTokens: 4 };
    const [long] = await generate(device, model, prompts, { ...options, endIds: [ending], processing });
    t.ok(long!.ids.length >= 4);
    const everything = { ...options, endIds: Array.from({ length: 61 }, (_, id) => id), processing };
    await t.rejects(generate(device, model, prompts, everything), { code: 'no-token-allowed' });
  });
});
