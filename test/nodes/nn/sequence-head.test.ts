import t from 'tap';
import { paddedBatch } from '../../../nodes/classifier/scorer.js';
import { headWeight, initialHead, poolings, sequenceScores } from '../../../nodes/nn/sequence-head.js';
import { tf } from '../../../nodes/tensor/tf.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { body, facts, matrixOf } from '../reward/facts.js';
import { largestDifference } from './tiny-llama.js';

const { sequences, head, last, mean } = facts.scores;
const expected = { last_token: last, mean };

for (const name of devicesUnderTest) {
  t.test(`on ${name} a head scores sequences as Transformers does, however they are padded`, async (t) => {
    await withDevice(name, async (device) => {
      const state = device.createState({ ...body.parameters, [headWeight]: matrixOf(head) });
      for (const pooling of poolings) {
        const program = device.program(pooling, (parameters, { ids, lengths }) => ({
          outputs: { scores: sequenceScores(body.config, parameters, { ids: ids!, lengths: lengths! }, pooling) },
        }));
        for (const rows of [sequences.length, sequences.length + 2]) {
          const { scores } = await program.run(state, paddedBatch(sequences, rows, 64));
          t.same(scores!.shape, [rows, 3]);
          const found = scores!.data.subarray(0, sequences.length * 3);
          t.ok(largestDifference(found, expected[pooling].flat()) < 1e-5, `${pooling}, ${rows} rows`);
          t.ok(scores!.data.every(Number.isFinite));
        }
        await program.dispose();
      }
    });
  });
}

t.test('the gradient of each pooling is that of finite differences', async (t) => {
  await withDevice('onnx-cpu', async (device) => {
    const weight = 'model.norm.weight';
    for (const pooling of poolings) {
      const loss = (parameters: Parameters<typeof sequenceScores>[1], inputs: typeof parameters) => {
        const scores = sequenceScores(body.config, parameters, inputs as never, pooling);
        return tf.sum(tf.square(scores));
      };
      const program = device.program(pooling, (parameters, inputs) => {
        const { value, grads } = tf.valueAndGrads((norm) =>
          tf.sum(loss({ ...parameters, [weight]: norm! }, inputs) as ReturnType<typeof tf.scalar>),
        )([parameters[weight]!]);
        return { outputs: { value, gradient: grads[0]! } };
      });
      const at = async (change: number) => {
        const norm = body.parameters[weight]!;
        const data = (norm.data as Float32Array).slice();
        data[3]! += change;
        const state = device.createState({
          ...body.parameters,
          [headWeight]: matrixOf(head),
          [weight]: { ...norm, data } as typeof norm,
        });
        return program.run(state, paddedBatch(sequences, sequences.length, 64));
      };
      const [low, middle, high] = [await at(-0.05), await at(0), await at(0.05)];
      const slope = (high.value!.data[0]! - low.value!.data[0]!) / 0.1;
      const gradient = middle.gradient!.data[3]!;
      t.ok(Math.abs(slope - gradient) < 1e-2 * Math.max(1, Math.abs(slope)), `${pooling}: ${slope}, ${gradient}`);
      t.ok(Math.abs(gradient) > 1e-3);
      await program.dispose();
    }
  });
});

t.test('a fresh head has the spread asked for, and is a function of the seed', (t) => {
  const { data, shape } = initialHead(4, 2000, 0.25, 9);
  const squares = Float64Array.from(data, (value) => value * value);
  t.same(shape, [4, 2000]);
  const std = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / data.length);
  t.ok(Math.abs(std - 0.25) < 0.01, String(std));
  const bytes = (seed: number) => Buffer.from(initialHead(4, 2000, 0.25, seed).data.buffer);
  t.ok(bytes(9).equals(Buffer.from(data.buffer)));
  t.notOk(bytes(10).equals(bytes(9)));
  t.end();
});
