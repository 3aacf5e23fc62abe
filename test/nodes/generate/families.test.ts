/** Each family writes what Transformers writes. */
import t from 'tap';
import { createCachedDecoder } from '../../../nodes/generate/cached-decoder.js';
import { generate } from '../../../nodes/generate/generator.js';
import { processLogits } from '../../../nodes/generate/logits-processors.js';
import { argMax, candidates } from '../../../nodes/generate/sampling.js';
import { parseDecoderConfig } from '../../../nodes/model/hugging-face-config.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { familyNames, folder, inputs, readFamily, readJson, ropeFacts } from '../nn/tiny-families.js';
import { largestDifference, readAll } from '../nn/tiny-llama.js';

const options = {
  maxNewTokens: 14,
  batchSize: 3,
  sampling: { sample: false, temperature: 1, topK: 0, topP: 1 },
  seed: 1,
  endIds: [],
  signal: new AbortController().signal,
  onProgress: () => {},
};
const sampling = { sample: true, temperature: 0.8, topK: 8, topP: 0.9 };

for (const deviceName of devicesUnderTest) {
  for (const name of familyNames) {
    t.test(`${name} on ${deviceName}: greedily, with prompts of several lengths in a batch`, async (t) => {
      const { facts, ...model } = await readFamily(name);
      const generations = await withDevice(deviceName, (device) => generate(device, model, inputs.prompts, options));
      t.same(
        generations.map(({ ids }) => ids),
        facts.generated,
      );
    });

    t.test(`${name} on ${deviceName}: what sampling draws from, along a text`, async (t) => {
      const { config, parameters, facts } = await readFamily(name);
      const { ids, scores } = facts.sampled;
      const prompt = inputs.prompts[0]!;
      await withDevice(deviceName, async (device) => {
        const weights = device.createState(parameters);
        const decoder = createCachedDecoder(device, { config }, weights, { slots: 1, capacity: 16, lengths: [8] });
        let rows = await decoder.read([prompt]);
        for (const [step, expected] of scores.entries()) {
          const response = ids.slice(0, step);
          const processed = processLogits(rows(0).slice(), { prompt, response }, { repetitionPenalty: 1.3 }, []);
          const left = candidates(processed, sampling);
          t.same([...left.ids].sort(), Object.keys(expected).map(Number).sort(), `tokens left at step ${step}`);
          for (const [index, id] of left.ids.entries()) {
            t.ok(Math.abs(left.scores[index]! - expected[id]!) < 1e-4, `step ${step}, token ${id}`);
          }
          const next = Int32Array.of(ids[step]!);
          if (step + 1 < scores.length) rows = await decoder.step(next, Int32Array.of(prompt.length + step));
        }
        await decoder.dispose();
      });
    });
  }
}

for (const [name, { config: changes, generated, last }] of Object.entries(ropeFacts.ropes)) {
  // Transformers reads a text again that outgrows LongRoPE's original length for Phi-3 only, and not for this Llama.
  if (name === 'longrope') continue;
  t.test(`rope ${name}: beyond the original length`, async (t) => {
    const config = parseDecoderConfig({ ...readJson<object>(`${folder}/ropes/config.json`), ...changes });
    const parameters = await readAll(`${folder}/ropes/model.safetensors`);
    const prompt = ropeFacts.ids.slice(0, 12);
    await withDevice('onnx-cpu', async (device) => {
      const weights = device.createState(parameters);
      const decoder = createCachedDecoder(device, { config }, weights, { slots: 1, capacity: 24, lengths: [16] });
      let rows = await decoder.read([prompt]);
      for (const [step, id] of generated.entries()) {
        t.equal(argMax(rows(0)), id, `step ${step}`);
        if (step < 11) rows = await decoder.step(Int32Array.of(id), Int32Array.of(prompt.length + step));
      }
      t.ok(largestDifference(rows(0), last) < 1e-4, 'logits of the last step');
      await decoder.dispose();
    });
  });
}
