/** Every option of evaluation tells in what is measured. */
import t from 'tap';
import { evaluateClassification } from '../../../nodes/classifier/evaluate-classification.kind.js';
import { trainClassifier } from '../../../nodes/classifier/train-classifier.kind.js';
import { runKind } from '../run-kind.js';
import { makeModel, sentences, writeDataset } from '../tiny-model.js';
import { turnKnobs } from '../turn-knobs.js';

const dataset = writeDataset(
  sentences.map((text) => ({ text, labels: [...(/Paris/.test(text) ? ['Paris'] : []), 'any'] })),
);
const inputs = { model: await makeModel({ max_position_embeddings: 96 }), dataset };
const { outputs } = await runKind(trainClassifier, { config: { max_steps: 2 }, inputs, device: 'onnx-cpu' });

t.test('evaluate.classification', async (t) => {
  await turnKnobs(t, evaluateClassification, {
    knobs: {
      threshold: [0.9],
      max_length: [12],
      overlong: ['drop', { max_length: 20 }],
      confidence_level: [0.5],
      bootstrap_resamples: [50],
    },
    elsewhere: ['batch_size'],
    run: (config) =>
      runKind(evaluateClassification, { config, inputs: { model: outputs.model!, dataset }, device: 'onnx-cpu' }),
  });
});
