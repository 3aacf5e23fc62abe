import t from 'tap';
import { type GenerationOptions, generate } from '../../../nodes/generate/generator.js';
import { argMax } from '../../../nodes/generate/sampling.js';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { matrix, readFacts, readTinyLlama } from '../nn/tiny-llama.js';

interface Facts {
  readonly prompts: number[][];
  readonly generated: number[][];
}

const greedy: GenerationOptions = {
  maxNewTokens: 12,
  batchSize: 2,
  sampling: { sample: false, temperature: 1, topK: 0, topP: 1 },
  seed: 1,
  endIds: [0],
  signal: new AbortController().signal,
  onProgress: () => {},
};
const sampled: GenerationOptions = { ...greedy, sampling: { sample: true, temperature: 1, topK: 20, topP: 0.95 } };

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
