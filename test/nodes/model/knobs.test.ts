/** Every option that makes or changes a model or a tokenizer tells in its files. */
import { join } from 'node:path';
import t from 'tap';
import { modelInit } from '../../../nodes/model/init.kind.js';
import { modelResizeEmbeddings } from '../../../nodes/model/resize-embeddings.kind.js';
import { tokenizerLoad } from '../../../nodes/tokenizer/load.kind.js';
import { tokenizerTrain } from '../../../nodes/tokenizer/train.kind.js';
import { tempFile } from '../data/temp.js';
import { runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, sentences, writeDataset } from '../tiny-model.js';
import { type Knobs, turnKnobs } from '../turn-knobs.js';

const tokenizer = await makeTokenizer();
const model = await makeModel({}, tokenizer);
const template = { name: 'x.jinja', path: tempFile('x.jinja', '{{ messages[0].content }}') };
const chat: Knobs = { chat_template: ['chatml'], chat_template_path: ['x.jinja'] };
const roles: Knobs = { eos_token: ['?'], pad_token: ['!'], bos_token: ['.'] };

t.test('tokenizer.train', async (t) => {
  const dataset = writeDataset(['Überall', ...sentences].map((text) => ({ text })));
  const unigram = { model: 'unigram', vocab_size: 340 };
  await turnKnobs(t, tokenizerTrain, {
    knobs: {
      ...chat,
      ...roles,
      model: ['wordpiece'],
      vocab_size: [290],
      min_frequency: [4],
      limit_alphabet: [20, unigram],
      lowercase: [true, unigram],
      byte_fallback: [false, { ...unigram, vocab_size: 70 + 256 }],
      max_piece_length: [2, unigram],
      unk_token: ['<?>', unigram],
      special_tokens: [['<|user|>']],
    },
    run: (config) =>
      runKind(tokenizerTrain, { config: { vocab_size: 300, ...config }, inputs: { dataset }, sources: [template] }),
  });
});

t.test('tokenizer.load', async (t) => {
  const own = ['tokenizer.json', 'tokenizer_config.json'].map((name) => ({
    name: `a/${name}`,
    path: join(tokenizer, name),
  }));
  await turnKnobs(t, tokenizerLoad, {
    knobs: { ...chat, ...roles },
    elsewhere: ['path'],
    run: (config) => runKind(tokenizerLoad, { config: { path: 'a', ...config }, sources: [...own, template] }),
  });
});

t.test('model.init', async (t) => {
  const tiny = { hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2 };
  await turnKnobs(t, modelInit, {
    knobs: {
      architecture: ['qwen3'],
      hidden_size: [24],
      num_hidden_layers: [2],
      num_attention_heads: [4],
      num_key_value_heads: [1],
      intermediate_size: [24],
      max_position_embeddings: [48],
      rope_theta: [5e5],
      rms_norm_eps: [1e-6],
      tie_word_embeddings: [false],
      initializer_range: [0.1],
      seed: [1],
    },
    run: (config) => runKind(modelInit, { config: { ...tiny, ...config }, inputs: { tokenizer } }),
  });
});

t.test('model.resize_embeddings', async (t) => {
  const more = { tokens: ['Prague'] };
  await turnKnobs(t, modelResizeEmbeddings, {
    knobs: {
      ...chat,
      ...roles,
      special_tokens: [['<|user|>']],
      tokens: [['Prague', 'Rome']],
      mean_resizing: [false],
      pad_to_multiple_of: [64],
      seed: [1],
    },
    run: (config) =>
      runKind(modelResizeEmbeddings, { config: { ...more, ...config }, inputs: { model }, sources: [template] }),
  });
});
