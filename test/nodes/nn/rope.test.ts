/** Each way to stretch rotary positions, within the original length and beyond it. */
import t from 'tap';
import { parseDecoderConfig } from '../../../nodes/model/hugging-face-config.js';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { folder, readJson, ropeFacts } from './tiny-families.js';
import { largestDifference, matrix, readAll } from './tiny-llama.js';

const { ids, ropes } = ropeFacts;
const base = readJson<object>(`${folder}/ropes/config.json`);
const parameters = await readAll(`${folder}/ropes/model.safetensors`);

for (const deviceName of devicesUnderTest) {
  for (const [name, { config: changes, logits }] of Object.entries(ropes)) {
    t.test(`${name} on ${deviceName}`, async (t) => {
      const config = parseDecoderConfig({ ...base, ...changes });
      await withDevice(deviceName, async (device) => {
        const state = device.createState(parameters);
        const plain = device.program('rows', (held, inputs) => ({
          outputs: { logits: decoderLogits(config, held, { ids: inputs.ids! }) },
        }));
        const packed = device.program('packed', (held, { ids, positions, segments }) => ({
          outputs: { logits: decoderLogits(config, held, { ids: ids!, positions, segments }) },
        }));
        const lengths = Object.keys(logits).map(Number);
        for (const length of lengths) {
          const { logits: ours } = await plain.run(state, { ids: matrix([ids.slice(0, length)]) });
          t.ok(largestDifference(ours!.data.slice(-2 * config.vocabSize), logits[length]!) < 1e-4, `${length} tokens`);
        }
        // A document's angles are those of its own length, whatever it is packed with.
        const documents = lengths.map((length) => ids.slice(0, length));
        const { logits: together } = await packed.run(state, {
          ids: matrix([documents.flat()]),
          positions: matrix([documents.flatMap((document) => [...document.keys()])]),
          segments: matrix([documents.flatMap((document, index) => document.map(() => index + 1))]),
        });
        let end = 0;
        for (const length of lengths) {
          end += length;
          const last = together!.data.slice((end - 2) * config.vocabSize, end * config.vocabSize);
          t.ok(largestDifference(last, logits[length]!) < 1e-4, `${length} tokens among others`);
        }
      });
    });
  }
}

t.test('the fixtures tell the ways apart', async (t) => {
  const beyond = Object.values(ropes).map(({ logits }) => logits[40]!);
  for (const [i, one] of beyond.entries()) {
    for (const other of beyond.slice(0, i)) t.ok(largestDifference(one, other) > 1e-2);
  }
});
