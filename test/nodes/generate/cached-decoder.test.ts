import t from 'tap';
import { createCachedDecoder, type LogitRows } from '../../../nodes/generate/cached-decoder.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { readTinyLlama } from '../nn/tiny-llama.js';

const first = [5, 9, 33];
const second = [7, 11, 12, 13, 14, 15];

for (const deviceName of devicesUnderTest) {
  t.test(`${deviceName}: equal prompts are read once, and each slot goes on by itself`, async (t) => {
    const { config, parameters } = await readTinyLlama('llama-plain');
    await withDevice(deviceName, async (device) => {
      const weights = device.createState(parameters);
      const size = { slots: 5, capacity: 32, lengths: [24] };
      const decoder = createCachedDecoder(device, { config }, weights, size);
      const numbers = (rows: LogitRows) => Array.from({ length: size.slots }, (_, slot) => [...rows(slot)]);
      /** The logits after the prompts, and after one more token a slot. */
      const follow = async (prompts: readonly (readonly number[])[]) => {
        const read = numbers(await decoder.read(prompts));
        const tokens = Int32Array.from({ length: size.slots }, (_, slot) => 20 + slot);
        const positions = Int32Array.from({ length: size.slots }, (_, slot) => prompts[slot]?.length ?? 0);
        return { read, stepped: numbers(await decoder.step(tokens, positions)) };
      };
      const mixed = await follow([first, second, first, second, first]);
      t.same(mixed.read[0], mixed.read[2]);
      t.notSame(mixed.read[0], mixed.read[1]);
      t.notSame(mixed.stepped[0], mixed.stepped[2], 'slots of one prompt hold texts of their own');
      const apart = await follow([first, second, [...first, 1], [...second, 1], [...first, 2]]);
      t.same(apart.read.slice(0, 2), mixed.read.slice(0, 2), 'a prompt has the same logits whatever is read beside it');
      t.same(apart.stepped.slice(0, 2), mixed.stepped.slice(0, 2));
      const alone = await follow([first]);
      t.same(alone.read[0], mixed.read[0]);
      t.same(alone.stepped[0], mixed.stepped[0]);
      await decoder.dispose();
    });
  });
}
