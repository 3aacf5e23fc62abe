/** Each family learns as it does in PyTorch. */
import t from 'tap';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import { adamw } from '../../../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../../../nodes/optim/clip.js';
import { learningRateAt } from '../../../nodes/optim/schedule.js';
import { chain } from '../../../nodes/optim/transform.js';
import { languageModelLearner } from '../../../nodes/train/learner.js';
import { trainingStep } from '../../../nodes/train/step.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { distance, familyNames, fingerprint, inputs, readFamily } from '../nn/tiny-families.js';
import { matrix, targetsOf } from '../nn/tiny-llama.js';

const optimizer = chain([clipByGlobalNorm(1)], adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }));
const schedule = { type: 'linear', learningRate: 1e-2, warmupSteps: 3, totalSteps: 10 } as const;

for (const deviceName of devicesUnderTest) {
  for (const name of familyNames) {
    t.test(`${name} on ${deviceName}: ten steps of AdamW follow PyTorch's`, async (t) => {
      const { config, parameters, facts } = await readFamily(name);
      await withDevice(deviceName, async (device) => {
        const state = device.createState({ ...parameters, ...optimizer.init(parameterShapes(config)) });
        const program = device.program('train', trainingStep(languageModelLearner({ config, parameters }), optimizer));
        for (const [index, [ids, labels]] of inputs.batches.entries()) {
          const outputs = await program.run(state, {
            ids: matrix(ids),
            targets: matrix(targetsOf(labels)),
            ...optimizer.scalars({ step: index + 1, learningRate: learningRateAt(schedule, index) }),
          });
          t.ok(Math.abs(outputs.loss!.data[0]! - facts.losses[index]!) < 1e-4, `loss ${index}`);
          const norm = facts.gradNorms[index]!;
          t.ok(Math.abs(outputs.grad_norm!.data[0]! - norm) < 1e-3 * Math.max(1, norm), `gradient norm ${index}`);
        }
        const weights = await state.read(Object.keys(parameters));
        t.equal(Object.keys(facts.trained).length, Object.keys(weights).length);
        for (const [weight, known] of Object.entries(facts.trained)) {
          // Without rotation the gradient of a key's bias is 0 but for rounding, and Adam makes whole steps of that.
          if (weight.endsWith('.c_attn.bias')) continue;
          t.ok(distance(fingerprint(weights[weight]!.data), known) < 1e-3, weight);
        }
      });
    });
  }
}
