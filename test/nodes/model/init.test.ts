import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openSafetensors } from '../../../nodes/format/safetensors.js';
import { parseDecoderConfig } from '../../../nodes/model/hugging-face-config.js';
import { modelInit } from '../../../nodes/model/init.kind.js';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { readAll } from '../nn/tiny-llama.js';
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

t.test('each architecture starts from a config that is its own', async (t) => {
  const tokenizer = await makeTokenizer();
  const read = async (architecture: string) => {
    const grouped = architecture === 'gpt2' ? { num_key_value_heads: null } : {};
    const folder = await makeModel({ architecture, num_hidden_layers: 7, ...grouped }, tokenizer);
    const json = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    const parameters = await readAll(join(folder, 'model.safetensors'));
    const config = parseDecoderConfig(json);
    const shapes = Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
    t.same(shapes, parameterShapes(config), architecture);
    return { config, of: (name: string) => [...parameters[name]!.data] };
  };
  const llama = await read('llama');
  t.match(llama.config, {
    width: 16,
    headWidth: 8,
    keyValueHeads: 1,
    mlpWidth: 24,
    norm: { type: 'rms', epsilon: 1e-5 },
  });
  const qwen3 = await read('qwen3');
  t.same(new Set(qwen3.of('model.layers.0.self_attn.q_norm.weight')), new Set([1]));
  const gemma3 = await read('gemma3');
  t.same(
    gemma3.config.attention.map(({ window }) => window),
    [512, 512, 512, 512, 512, undefined, 512],
  );
  t.same(new Set(gemma3.of('model.layers.0.input_layernorm.weight')), new Set([0]), 'norms from one');
  const gpt2 = await read('gpt2');
  t.match(gpt2.config, { maxPositions: 48, mlpWidth: 24, transposed: true, keyValueHeads: 2 });
  t.same(new Set(gpt2.of('transformer.h.0.attn.c_attn.bias')), new Set([0]));
});

t.test('heads that do not fit are refused before the run', async (t) => {
  const config = { hidden_size: 30, num_hidden_layers: 1, num_attention_heads: 4 };
  await t.rejects(runKind(modelInit, { config }), { message: /must divide hidden_size/ });
  await t.rejects(runKind(modelInit, { config: { ...config, num_attention_heads: 2 } }), { message: /even width/ });
  const grouped = { ...config, hidden_size: 32, num_key_value_heads: 3 };
  await t.rejects(runKind(modelInit, { config: grouped }), { message: /must divide num_attention_heads/ });
  const gpt2 = { ...config, hidden_size: 32, architecture: 'gpt2' };
  await t.rejects(runKind(modelInit, { config: { ...gpt2, num_key_value_heads: 2 } }), { message: /cannot be set/ });
  await t.rejects(runKind(modelInit, { config: { ...gpt2, rope_theta: 500 } }), { message: /learns its positions/ });
});
