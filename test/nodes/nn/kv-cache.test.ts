import t from 'tap';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { decodeStep, emptyCache, prefill } from '../../../nodes/nn/kv-cache.js';
import { int32 } from '../../../nodes/tensor/host-tensor.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { largestDifference, matrix, readTinyLlama } from './tiny-llama.js';

const capacity = 12;
const texts = [
  [5, 9, 33, 7, 21, 40, 8],
  [11, 12, 13, 14, 15],
];
const promptLengths = [4, 2];
const steps = 3;

for (const deviceName of devicesUnderTest) {
  for (const name of ['llama-plain', 'llama-scaled']) {
    t.test(`${name} on ${deviceName}: each step's logits are those of reading the whole text`, async (t) => {
      const { config, parameters } = await readTinyLlama(name);
      await withDevice(deviceName, async (device) => {
        const state = device.createState({ ...parameters, ...emptyCache(config, 2, capacity) });
        const whole = device.program('whole', (held, { ids }) => ({
          outputs: { logits: decoderLogits(config, held, { ids: ids! }) },
        }));
        const read = device.program('prefill', (held, { ids, last }) => {
          const step = prefill(config, held, ids!, last!);
          return { state: step.state, outputs: { logits: step.logits } };
        });
        const decode = device.program('decode', (held, { ids, positions }) => {
          const step = decodeStep(config, held, ids!, positions!);
          return { state: step.state, outputs: { logits: step.logits } };
        });

        const padded = texts.map((ids, row) => [...ids.slice(0, promptLengths[row]), 1, 1, 1].slice(0, 4));
        const last = promptLengths.map((length) => length - 1);
        const logits = [(await read.run(state, { ids: matrix(padded), last: int32([2], last) })).logits!];
        for (let step = 0; step < steps; step++) {
          const positions = promptLengths.map((length) => [length + step]);
          const ids = texts.map((text, row) => [text[positions[row]![0]!]!]);
          logits.push((await decode.run(state, { ids: matrix(ids), positions: matrix(positions) })).logits!);
        }

        for (const [row, text] of texts.entries()) {
          const expected = (await whole.run(state, { ids: matrix([text]) })).logits!.data;
          for (let step = 0; step <= steps; step++) {
            const place = promptLengths[row]! - 1 + step;
            const size = config.vocabSize;
            const ours = logits[step]!.data.slice(row * size, (row + 1) * size);
            const theirs = expected.slice(place * size, (place + 1) * size);
            t.ok(largestDifference(ours, theirs) < 2e-5, `row ${row}, step ${step}`);
          }
        }
      });
    });
  }
}
