import t from 'tap';
import { float32 } from '../../../../nodes/tensor/host-tensor.js';
import { tf } from '../../../../nodes/tensor/tf.js';
import { devicesUnderTest, withDevice } from '../../devices-under-test.js';

for (const name of devicesUnderTest) {
  t.test(`${name}: a join reads and writes its parts`, async (t) => {
    await withDevice(name, async (device) => {
      const left = device.createState({ a: float32([2], [1, 2]), kept: float32([1], [9]) });
      const right = device.createState({ b: float32([2], [10, 20]) });
      const joined = device.joinStates([left, right]);
      t.same(joined.names, ['a', 'kept', 'b']);
      const grow = device.program('grow', ({ a, b }) => ({
        // `c` is new, `b` changes its shape, and `a` needs its old value for `b`.
        state: { a: tf.mul(a!, 2), b: tf.concat([b!, a!]), c: tf.add(a!, 0.5) },
        outputs: { sum: tf.sum(b!) },
      }));
      const numbers = async (state: typeof left, entry: string) => [...(await state.read([entry]))[entry]!.data];
      t.same([...(await grow.run(joined, {})).sum!.data], [30]);
      t.same(await numbers(left, 'a'), [2, 4]);
      t.same(await numbers(right, 'b'), [10, 20, 1, 2]);
      t.same(await numbers(right, 'c'), [1.5, 2.5], 'a new entry goes to the last part');

      const double = device.program('double', ({ a }) => ({ state: { a: tf.mul(a!, 2) }, outputs: {} }));
      await double.run(left, {});
      t.same(await numbers(joined, 'a'), [4, 8], 'what a part becomes is seen through the join');
      left.write({ a: float32([2], [0, 1]) });
      await grow.run(joined, {});
      t.same(await numbers(joined, 'a'), [0, 2]);
      t.same(await numbers(joined, 'b'), [10, 20, 1, 2, 0, 1]);
      joined.write({ kept: float32([1], [3]) });
      t.same(await numbers(left, 'kept'), [3]);

      joined.dispose();
      t.same(await numbers(left, 'kept'), [3], 'the parts outlive it');
      t.throws(() => device.joinStates([left, device.createState({ a: float32([1]) })]), /entry 'a'/);
      t.throws(() => device.joinStates([]), /no states/);
      await withDevice(name === 'reference' ? 'onnx-cpu' : 'reference', async (other) => {
        t.throws(() => device.joinStates([other.createState({ x: float32([1]) })]), /another device/);
      });
    });
  });
}
