import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openSafetensors } from '../../../nodes/format/safetensors.js';
import { modelInit } from '../../../nodes/model/init.kind.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { runKind } from '../run-kind.js';
import { makeModel, makeTokenizer } from '../tiny-model.js';

t.test('a fresh model is a whole Hugging Face directory', async (t) => {
  const tokenizer = await makeTokenizer();
  const model = await makeModel({ num_hidden_layers: 2 }, tokenizer);
  t.same(readdirSync(model).sort(), [
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  const { vocabSize, eosId, padId } = loadTokenizer(tokenizer);
  const config = JSON.parse(readFileSync(join(model, 'config.json'), 'utf8'));
  t.match(config, {
    architectures: ['LlamaForCausalLM'],
    vocab_size: vocabSize,
    eos_token_id: eosId,
    pad_token_id: padId,
  });
  t.same(JSON.parse(readFileSync(join(model, 'generation_config.json'), 'utf8')), {
    eos_token_id: eosId,
    pad_token_id: padId,
  });

  const file = await openSafetensors(join(model, 'model.safetensors'));
  const std = async (name: string) => {
    const { data } = await file.read(name);
    return Math.sqrt(Array.from(data).reduce((sum, value) => sum + value * value, 0) / data.length);
  };
  t.ok(Math.abs((await std('model.embed_tokens.weight')) - 0.02) < 0.001);
  t.ok(Math.abs((await std('model.layers.1.mlp.up_proj.weight')) - 0.02) < 0.004);
  t.ok(Math.abs((await std('model.layers.1.mlp.down_proj.weight')) - 0.02 / Math.sqrt(4)) < 0.002);
  t.equal(await std('model.norm.weight'), 1);
  t.notOk(file.entries.has('lm_head.weight'), 'embeddings are tied');
  await file.close();
});

t.test('the seed decides the bytes', async (t) => {
  const tokenizer = await makeTokenizer();
  const bytes = async (seed: number) => readFileSync(join(await makeModel({ seed }, tokenizer), 'model.safetensors'));
  t.ok((await bytes(5)).equals(await bytes(5)));
  t.notOk((await bytes(5)).equals(await bytes(6)));
});

t.test('heads that do not fit are refused before the run', async (t) => {
  const config = { hidden_size: 30, num_hidden_layers: 1, num_attention_heads: 4 };
  await t.rejects(runKind(modelInit, { config }), { message: /must divide hidden_size/ });
  await t.rejects(runKind(modelInit, { config: { ...config, num_attention_heads: 2 } }), { message: /even width/ });
  const grouped = { ...config, hidden_size: 32, num_key_value_heads: 3 };
  await t.rejects(runKind(modelInit, { config: grouped }), { message: /must divide num_attention_heads/ });
});
