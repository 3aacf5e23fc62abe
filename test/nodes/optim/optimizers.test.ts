/** Ten steps of each optimiser, on both devices, as the reference computes them; `fixtures/make.py` says which. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { adafactor } from '../../../nodes/optim/adafactor.js';
import { adamw } from '../../../nodes/optim/adamw.js';
import { divide } from '../../../nodes/optim/divide.js';
import { lion } from '../../../nodes/optim/lion.js';
import { muon } from '../../../nodes/optim/muon.js';
import { sgd } from '../../../nodes/optim/sgd.js';
import type { Optimizer } from '../../../nodes/optim/transform.js';
import type { HostTensors } from '../../../nodes/tensor/device.js';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { largestDifference } from '../nn/tiny-llama.js';

type Values = Readonly<Record<string, number[]>>;
interface Facts {
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly initial: Values;
  readonly gradients: readonly Values[];
  readonly rates: readonly number[];
  readonly final: Readonly<Record<string, Values>>;
}
const facts = JSON.parse(readFileSync('test/nodes/optim/fixtures/optimizers.json', 'utf8')) as Facts;

const weightDecay = 0.1;
const optimizers: Readonly<Record<string, Optimizer>> = {
  adamw: adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay }),
  sgd: sgd({ momentum: 0, nesterov: false, weightDecay }),
  sgd_momentum: sgd({ momentum: 0.9, nesterov: false, weightDecay }),
  sgd_nesterov: sgd({ momentum: 0.9, nesterov: true, weightDecay }),
  lion: lion({ beta1: 0.9, beta2: 0.99, weightDecay }),
  adafactor: adafactor({ weightDecay }),
  muon: muon({ momentum: 0.95, nesterov: false, weightDecay }),
  muon_nesterov: muon({ momentum: 0.95, nesterov: true, weightDecay }),
};

async function tenSteps(deviceName: (typeof devicesUnderTest)[number], optimizer: Optimizer, names: string[]) {
  const pick = <Value>(values: Readonly<Record<string, Value>>) =>
    Object.fromEntries(names.map((name) => [name, values[name]!]));
  const tensors = (values: Values): HostTensors =>
    Object.fromEntries(Object.entries(pick(values)).map(([name, data]) => [name, float32(facts.shapes[name]!, data)]));
  return withDevice(deviceName, async (device) => {
    const start = optimizer.init(pick(facts.shapes));
    const state = device.createState({ ...tensors(facts.initial), ...start });
    const program = device.program('update', (held, inputs) => {
      const gradients = Object.fromEntries(names.map((name) => [name, inputs[`gradient ${name}`]!]));
      const { parameters, state: next } = optimizer.update(gradients, held, inputs, held);
      return { state: { ...parameters, ...next }, outputs: {} };
    });
    for (const [index, learningRate] of facts.rates.entries()) {
      const gradients = Object.entries(tensors(facts.gradients[index]!)).map(([name, g]) => [`gradient ${name}`, g]);
      const scalars = optimizer.scalars({ step: index + 1, learningRate });
      await program.run(state, { ...Object.fromEntries(gradients), ...scalars });
    }
    return { weights: await state.read(names), state: Object.keys(start) };
  });
}

for (const deviceName of devicesUnderTest) {
  for (const [name, optimizer] of Object.entries(optimizers)) {
    t.test(`${name} on ${deviceName}`, async (t) => {
      const expected = facts.final[name]!;
      const { weights } = await tenSteps(deviceName, optimizer, Object.keys(expected));
      for (const [key, values] of Object.entries(expected)) {
        t.ok(largestDifference(values, facts.initial[key]!) > 0.01, `${key} has moved`);
        t.ok(largestDifference(weights[key]!.data, values) < 2e-5, key);
      }
    });
  }
}

t.test('two optimisers share the weights out', async (t) => {
  const both = divide((_, shape) => shape.length === 2, optimizers.muon_nesterov!, optimizers.adamw!);
  const { weights, state } = await tenSteps('onnx-cpu', both, Object.keys(facts.shapes));
  const expected = { ...facts.final.muon_nesterov, vector: facts.final.adamw!.vector! };
  for (const [key, values] of Object.entries(expected)) t.ok(largestDifference(weights[key]!.data, values) < 2e-5, key);
  t.same(state.sort(), ['adam.m.vector', 'adam.v.vector', 'muon.m.square', 'muon.m.tall', 'muon.m.wide']);
});

t.test('Adafactor keeps rows and columns, not matrices', async (t) => {
  const shapes = Object.values(optimizers.adafactor!.init({ big: [300, 200], norm: [7] })).map(({ shape }) => shape);
  t.same(shapes, [[300], [200], [7]]);
});
