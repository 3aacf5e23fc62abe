/** Checkpointing changes what is kept, and no bit of what comes out. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { adamw } from '../../../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../../../nodes/optim/clip.js';
import { chain } from '../../../nodes/optim/transform.js';
import type { DeviceName } from '../../../nodes/tensor/device.js';
import { peakBytes } from '../../../nodes/tensor/memory.js';
import { trace, typesOf } from '../../../nodes/tensor/trace.js';
import { decoderSites, withDropout } from '../../../nodes/train/dropout.js';
import { checkpointed } from '../../../nodes/train/gradient-checkpointing.js';
import { languageModelLearner } from '../../../nodes/train/learner.js';
import { trainingStep } from '../../../nodes/train/step.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { familyNames, inputs as fixed, readFamily } from '../nn/tiny-families.js';
import { matrix, targetsOf } from '../nn/tiny-llama.js';
import { runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const optimizer = chain([clipByGlobalNorm(1)], adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }));
const [ids, labels] = fixed.batches[0]!;
const batch = { ids: matrix(ids), targets: matrix(targetsOf(labels)) };

/** Masks of dropout are made for the forward pass, and wanted once more. */
async function stepOf(family: string, gradient_checkpointing: boolean) {
  const { config, parameters } = await readFamily(family);
  const sites = decoderSites(config, { attention_dropout: 0.2, resid_pdrop: 0.2, embd_pdrop: 0.2 });
  const whole = withDropout(languageModelLearner({ config, parameters }), sites, 1);
  const learner = checkpointed(whole, { gradient_checkpointing });
  const masks = learner.trainingInputs!({ inputs: batch, tokens: 1, count: 1 }, { step: 0, index: 0 });
  const shapes = Object.fromEntries(learner.trainable.map((name) => [name, parameters[name]!.shape]));
  return { config, masks, step: trainingStep(learner, optimizer), state: { ...parameters, ...optimizer.init(shapes) } };
}

for (const name of devicesUnderTest) {
  t.test(`loss, gradient norm, weights and optimiser state are the same on ${name}`, async (t) => {
    for (const family of name === 'reference' ? ['gpt2', 'gemma2'] : familyNames) await same(t, name, family);
  });
}

async function same(t: Test, name: DeviceName, family: string): Promise<void> {
  const train = (gradient_checkpointing: boolean) =>
    withDevice(name, async (device) => {
      const { step, masks, state: initial } = await stepOf(family, gradient_checkpointing);
      const state = device.createState(initial);
      const program = device.program('train', step);
      const readings = [];
      for (let update = 1; update <= 2; update++) {
        const scalars = optimizer.scalars({ step: update, learningRate: 1e-2 });
        readings.push(await program.run(state, { ...batch, ...masks, ...scalars }));
      }
      return { readings, state: await state.read() };
    });
  const plain = await train(false);
  const checkpointing = await train(true);
  const differing = Object.entries(checkpointing.state).filter(
    ([key, { data }]) => !Buffer.from(data.buffer).equals(Buffer.from(plain.state[key]!.data.buffer)),
  );
  t.same(differing, [], family);
  t.same(checkpointing.readings, plain.readings, family);
  t.not(plain.readings[1]!.loss!.data[0], plain.readings[0]!.loss!.data[0]);
}

t.test('the forward pass of each layer is in the program twice, the second time behind the gradient', async (t) => {
  const softmaxes = async (gradient_checkpointing: boolean) => {
    const { step, masks, state } = await stepOf('mistral', gradient_checkpointing);
    const inputs = { ...batch, ...masks, ...optimizer.scalars({ step: 1, learningRate: 1 }) };
    const { graph } = trace('train', step, typesOf(state), typesOf(inputs));
    const count = (op: string) => graph.nodes.filter((node) => node.op === op).length;
    return {
      softmax: count('Softmax'),
      rotary: count('RotaryEmbedding'),
      waits: count('Shape'),
      bytes: peakBytes(graph),
    };
  };
  const { config } = await stepOf('mistral', false);
  const [plain, checkpointing] = [await softmaxes(false), await softmaxes(true)];
  t.equal(plain.waits, 0);
  t.equal(checkpointing.waits, config.layers);
  t.equal(checkpointing.softmax - plain.softmax, config.layers);
  t.equal(checkpointing.rotary - plain.rotary, 2 * config.layers);
  t.ok(checkpointing.bytes < 0.9 * plain.bytes, `${checkpointing.bytes} of ${plain.bytes} bytes`);
});

t.test('the option is the trainers’ own', async (t) => {
  const model = await makeModel();
  const dataset = writeDataset([
    { prompt: 'a', completion: 'b c' },
    { prompt: 'b', completion: 'c' },
  ]);
  const train = async (gradient_checkpointing: boolean) => {
    const config = { max_steps: 2, learning_rate: 1e-2, gradient_checkpointing };
    const { outputs } = await runKind(trainSupervised, { config, inputs: { model, dataset } });
    return readFileSync(join(outputs.model!, 'model.safetensors'));
  };
  t.ok((await train(true)).equals(await train(false)));
});
