/** Every setting of generation tells in what is written, in `generate` and in `evaluate.generation`. */
import t from 'tap';
import { evaluateGeneration } from '../../../nodes/evaluate/generation.kind.js';
import { generateKind } from '../../../nodes/generate/generate.kind.js';
import { beamsOf } from '../../../nodes/generate/generation-settings.js';
import { runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, writeDataset } from '../tiny-model.js';
import { type Knobs, turnKnobs } from '../turn-knobs.js';

// A small vocabulary, so that texts end now and then.
const tokenizer = await makeTokenizer({ model: 'wordpiece', vocab_size: 60, eos_token: '</s>', pad_token: '</s>' });
const model = await makeModel({ initializer_range: 0.3 }, tokenizer);
const starts = ['Paris is', 'A river runs through', 'Rome', 'The capital of', 'What is', 'In', 'Prague', 'Spain'];
const dataset = writeDataset(starts.map((prompt) => ({ prompt, completion: ' a city' })));
const sampling = { do_sample: true };
const beams = { num_beams: 8, max_new_tokens: 40 };
const settings: Knobs = {
  max_new_tokens: [5],
  do_sample: [true],
  temperature: [2, sampling],
  top_k: [2, sampling],
  top_p: [0.3, sampling],
  min_p: [0.5, sampling],
  typical_p: [0.2, sampling],
  repetition_penalty: [9],
  presence_penalty: [9],
  frequency_penalty: [9],
  no_repeat_ngram_size: [1],
  min_new_tokens: [40, { ...sampling, temperature: 3, max_new_tokens: 40 }],
  num_beams: [3],
  length_penalty: [-9, beams],
  stop_strings: [['e', 'a', 'i', 'o', ' ']],
  seed: [1, sampling],
};
// The result is the same for every batch size, which has tests of its own; and nearly always for every `early_stopping`.
const elsewhere = ['batch_size', 'early_stopping'];

t.test('beams stop as they are told', (t) => {
  const config = { num_beams: 3, length_penalty: 2 };
  for (const early_stopping of [true, false, 'never'] as const) {
    t.equal(beamsOf({ ...config, early_stopping }, 1)!.earlyStopping, early_stopping);
  }
  t.end();
});

t.test('generate', async (t) => {
  await turnKnobs(t, generateKind, {
    knobs: {
      ...settings,
      num_return_sequences: [2, sampling],
      logprobs: [true],
    },
    elsewhere,
    run: (config) =>
      runKind(generateKind, {
        config: { max_new_tokens: 6, batch_size: 8, ...config },
        inputs: { model, dataset },
        device: 'onnx-cpu',
      }),
  });
});

t.test('evaluate.generation', async (t) => {
  await turnKnobs(t, evaluateGeneration, {
    knobs: settings,
    elsewhere: [...elsewhere, 'metrics', 'confidence_level', 'bootstrap_resamples'],
    run: (config) =>
      runKind(evaluateGeneration, {
        config: { max_new_tokens: 6, batch_size: 8, ...config },
        inputs: { model, dataset },
        device: 'onnx-cpu',
      }),
  });
});
