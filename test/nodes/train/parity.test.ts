import t from 'tap';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import { adamw } from '../../../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../../../nodes/optim/clip.js';
import { learningRateAt } from '../../../nodes/optim/schedule.js';
import { chain } from '../../../nodes/optim/transform.js';
import { languageModelLearner } from '../../../nodes/train/learner.js';
import { trainingStep } from '../../../nodes/train/step.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { fixtures, largestDifference, matrix, readAll, readFacts, readTinyLlama, targetsOf } from '../nn/tiny-llama.js';

interface Trajectory {
  readonly losses: number[];
  readonly gradNorms: number[];
  readonly learningRates: number[];
  readonly batches: [number[][], number[][]][];
}

for (const deviceName of devicesUnderTest) {
  t.test(`ten steps of AdamW on ${deviceName} follow PyTorch's`, async (t) => {
    const { config, parameters } = await readTinyLlama('llama-plain');
    const expected = readFacts<Trajectory>('llama-plain-training');
    const optimizer = chain([clipByGlobalNorm(1)], adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }));
    const schedule = { type: 'linear', learningRate: 1e-2, warmupSteps: 3, totalSteps: 10 } as const;
    await withDevice(deviceName, async (device) => {
      const state = device.createState({ ...parameters, ...optimizer.init(parameterShapes(config)) });
      const program = device.program('train', trainingStep(languageModelLearner({ config, parameters }), optimizer));
      for (const [index, [ids, labels]] of expected.batches.entries()) {
        const learningRate = learningRateAt(schedule, index);
        t.ok(Math.abs(learningRate - expected.learningRates[index]!) < 1e-8, `learning rate ${index}`);
        const outputs = await program.run(state, {
          ids: matrix(ids),
          targets: matrix(targetsOf(labels)),
          ...optimizer.scalars({ step: index + 1, learningRate }),
        });
        t.ok(Math.abs(outputs.loss!.data[0]! - expected.losses[index]!) < 1e-4, `loss ${index}`);
        t.ok(Math.abs(outputs.grad_norm!.data[0]! - expected.gradNorms[index]!) < 1e-3, `gradient norm ${index}`);
      }
      const final = await readAll(`${fixtures}/llama-plain-trained.safetensors`);
      const weights = await state.read(Object.keys(parameterShapes(config)));
      t.equal(Object.keys(final).length, Object.keys(weights).length);
      for (const [name, tensor] of Object.entries(final)) {
        t.ok(largestDifference(weights[name]!.data, tensor.data) < 2e-4, name);
      }
    });
  });
}
