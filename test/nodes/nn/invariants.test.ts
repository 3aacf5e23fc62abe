/** What must hold of every family and every rope, whatever the weights and the texts are. */
import fc from 'fast-check';
import t from 'tap';
import { adapt } from '../../../nodes/adapters/adapt.js';
import { mergeWeights } from '../../../nodes/adapters/merge-weights.js';
import { adaptedModules } from '../../../nodes/adapters/modules.js';
import { createCachedDecoder } from '../../../nodes/generate/cached-decoder.js';
import { parseDecoderConfig } from '../../../nodes/model/hugging-face-config.js';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import type { Device, HostTensors } from '../../../nodes/tensor/device.js';
import { createRandom } from '../../../nodes/tensor/random.js';
import { languageModelLearner } from '../../../nodes/train/learner.js';
import type { AdapterConfig } from '../../../schemas/kinds/adapter.js';
import { withDevice } from '../devices-under-test.js';
import { familyNames, folder, readFamily, readJson, ropeFacts, type TinyModel } from './tiny-families.js';
import { largestDifference, matrix, readAll, readTinyLlama } from './tiny-llama.js';

const time = 12;
const vocab = 61;

async function models(): Promise<[string, TinyModel][]> {
  const llamas = ['llama-plain', 'llama-scaled'].map(async (name) => [name, await readTinyLlama(name)] as const);
  const families = familyNames.map(async (name) => [name, await readFamily(name)] as const);
  const parameters = await readAll(`${folder}/ropes/model.safetensors`);
  // An original length within the texts of this test.
  const json = { ...readJson<object>(`${folder}/ropes/config.json`), max_position_embeddings: 7 };
  const ropes = Object.entries(ropeFacts.ropes).map(([name, { config }]) => {
    const rope = (config as { rope_parameters: object }).rope_parameters;
    const original = 'original_max_position_embeddings' in rope ? { original_max_position_embeddings: 7 } : {};
    const changed = {
      rope_parameters: { ...rope, ...original },
      ...(name === 'dynamic' ? {} : { max_position_embeddings: 28 }),
    };
    return [`rope ${name}`, { config: parseDecoderConfig({ ...json, ...changed }), parameters }] as const;
  });
  return [...(await Promise.all([...llamas, ...families])), ...ropes].map(([name, model]) => [name, model]);
}

const token = fc.integer({ min: 2, max: vocab - 1 });
const text = (maxLength: number) => fc.array(token, { minLength: 1, maxLength });

/** Logits of each text's tokens: `[length · vocab]` each. Texts lie in rows of their own, or one after the other. */
function createReader(device: Device, { config, parameters }: TinyModel) {
  const state = device.createState(parameters);
  const program = device.program('read', (held, { ids, positions, segments }) => ({
    outputs: { logits: decoderLogits(config, held, { ids: ids!, positions, segments }) },
  }));
  const run = async (rows: readonly (readonly number[])[][]) => {
    const filled = rows.map((documents) => {
      const missing = time - documents.flat().length;
      return [...documents, ...Array.from({ length: missing }, () => [1])];
    });
    const { logits } = await program.run(state, {
      ids: matrix(filled.map((documents) => documents.flat())),
      positions: matrix(filled.map((documents) => documents.flatMap((document) => [...document.keys()]))),
      segments: matrix(filled.map((documents) => documents.flatMap((document, index) => document.map(() => index)))),
    });
    return rows.map((documents, row) => {
      const ends = documents.map((_, index) => row * time + documents.slice(0, index + 1).flat().length);
      return documents.map(({ length }, index) =>
        logits!.data.slice((ends[index]! - length) * vocab, ends[index]! * vocab),
      );
    });
  };
  return {
    apart: async (texts: readonly (readonly number[])[]) => (await run(texts.map((text) => [text]))).flat(),
    packed: async (texts: readonly (readonly number[])[]) => (await run([[...texts]]))[0]!,
  };
}

const few = { numRuns: 4, seed: 1 };

for (const [name, model] of await models()) {
  t.test(`${name}: packed texts give what they give in rows of their own, in any order`, async (t) => {
    await withDevice('onnx-cpu', async (device) => {
      const { apart, packed } = createReader(device, model);
      const property = fc.asyncProperty(fc.tuple(text(4), text(4), text(4)), async (texts) => {
        const expected = await apart(texts);
        const together = await packed(texts);
        const turned = await apart([texts[2], texts[0], texts[1]]);
        for (const [index, own] of expected.entries()) {
          if (largestDifference(together[index]!, own) > 2e-5) throw new Error(`packed text ${index}`);
          if (largestDifference(turned[(index + 1) % 3]!, own) > 2e-6) throw new Error(`row ${index} in another place`);
        }
      });
      await t.resolves(fc.assert(property, few));
    });
  });

  // The cache of a dynamic rope holds keys as they were turned when the text was shorter, as that of Transformers does.
  if (name === 'rope dynamic') continue;
  t.test(`${name}: a cache gives what reading the whole text again gives`, async (t) => {
    const { config, parameters } = model;
    await withDevice('onnx-cpu', async (device) => {
      const { apart } = createReader(device, model);
      const weights = device.createState(parameters);
      const decoder = createCachedDecoder(device, { config }, weights, { slots: 3, capacity: time, lengths: [6] });
      const rows = fc.tuple(text(6), text(6), text(6));
      const property = fc.asyncProperty(
        rows,
        fc.array(token, { minLength: 6, maxLength: 6 }),
        async (prompts, next) => {
          let texts = prompts.map((prompt) => [...prompt]);
          let logits = await decoder.read(prompts);
          for (let step = 0; ; step++) {
            for (const [slot, all] of (await apart(texts)).entries()) {
              const expected = all.slice(-vocab);
              if (largestDifference(logits(slot), expected) > 5e-5) throw new Error(`slot ${slot}, step ${step}`);
            }
            if (step === next.length) return;
            const positions = Int32Array.from(texts, ({ length }) => length);
            // Every other step, all slots go on from the first one's text, as beams do.
            const sources = step % 2 === 1 ? Int32Array.of(0, 0, 2) : undefined;
            if (sources) positions[1] = positions[0]!;
            texts = texts.map((_, slot) => [...texts[sources?.[slot] ?? slot]!, (next[step]! + slot) % vocab]);
            const tokens = Int32Array.from(texts, (text) => text.at(-1)!);
            logits = await decoder.step(tokens, positions, sources);
          }
        },
      );
      await t.resolves(fc.assert(property, few));
      await decoder.dispose();
    });
  });
}

const lora: AdapterConfig = {
  r: 3,
  lora_alpha: 6,
  use_rslora: false,
  use_dora: false,
  target_modules: 'all-linear',
  layers_to_transform: null,
  modules_to_save: [],
};

for (const [name, model] of (await models()).filter(([name]) => !name.startsWith('rope'))) {
  for (const use_dora of [false, true]) {
    t.test(
      `${name}: ${use_dora ? 'DoRA' : 'LoRA'} begins as the model, and merged weights give what the adapter gives`,
      async (t) => {
        const { config, parameters } = model;
        const { transposed } = config;
        const modules = adaptedModules({ ...lora, use_dora }, parameterShapes(config));
        t.equal(modules.lowRank.length / config.layers, linearModules(model), 'every linear module of the layers');
        const options = { config: { ...lora, use_dora }, modules, transposed, seed: 1 };
        const learner = adapt(languageModelLearner(model), new Set(Object.keys(parameters)), options);
        const texts = [
          [5, 9, 33, 7, 21, 40, 8],
          [11, 12, 13, 14, 15],
        ];
        await withDevice('onnx-cpu', async (device) => {
          const read = (weights: HostTensors) => createReader(device, { config, parameters: weights }).apart(texts);
          const plain = await read(parameters);
          const fresh = await read(learner.parameters);
          for (const [row, own] of plain.entries()) {
            t.ok(largestDifference(fresh[row]!, own) <= (use_dora ? 1e-5 : 0), 'B = 0');
          }
          const learned = withNoise(learner.parameters, learner.trainable);
          const adapted = await read(learned);
          const merged = await read(mergeWeights(parameters, learned, modules, { scaling: 2, transposed }));
          for (const [row, own] of adapted.entries()) {
            t.ok(largestDifference(own, plain[row]!) > 1e-2, 'it has learned');
            t.ok(largestDifference(merged[row]!, own) < 1e-4, 'merged');
          }
        });
      },
    );
  }
}

/** How many linear modules a layer has, by the weights of rank 2. */
function linearModules({ config, parameters }: TinyModel): number {
  const first = `${config.modules.layers}.0.`;
  return Object.entries(parameters).filter(([name, { shape }]) => name.startsWith(first) && shape.length === 2).length;
}

function withNoise(parameters: HostTensors, names: readonly string[]): HostTensors {
  const noisy = names.map((name) => {
    const { shape, data } = parameters[name]!;
    const noise = new Float32Array(data.length);
    createRandom(5, name).fillNormal(noise, 0.1);
    return [name, { dtype: 'float32', shape, data: noise.map((value, i) => value + data[i]!) } as const] as const;
  });
  return { ...parameters, ...Object.fromEntries(noisy) };
}
