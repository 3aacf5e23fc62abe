import { join } from 'node:path';
import t from 'tap';
import { writeSafetensors } from '../../../nodes/format/safetensors-writer.js';
import { parameterOf } from '../../../nodes/model/stored-names.js';
import { openWeights } from '../../../nodes/model/weight-files.js';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { readFamily } from '../nn/tiny-families.js';
import { artifactAt } from '../run-kind.js';

t.test('stored tensors are found under the names of older files', async (t) => {
  const gpt2 = { 'transformer.h.0.attn.c_attn.bias': 0, 'transformer.wte.weight': 0 };
  t.same(parameterOf('transformer.wte.weight', gpt2), { name: 'transformer.wte.weight' });
  t.same(parameterOf('h.0.attn.c_attn.bias', gpt2), { name: 'transformer.h.0.attn.c_attn.bias' });
  t.equal(parameterOf('h.0.attn.bias', gpt2), 'spare');
  t.equal(parameterOf('transformer.h.0.attn.masked_bias', gpt2), 'spare');
  t.equal(parameterOf('lm_head.weight', gpt2), 'spare');
  t.equal(parameterOf('h.1.attn.c_attn.bias', gpt2), undefined);
  t.same(parameterOf('lm_head.weight', { 'lm_head.weight': 0 }), { name: 'lm_head.weight' });
  t.equal(parameterOf('model.layers.0.self_attn.rotary_emb.inv_freq', {}), 'spare');
  t.equal(parameterOf('constructor', {}), undefined);
});

t.test("GPT-2's own files, which leave out a prefix and hold masks, give the same weights", async (t) => {
  const { config, parameters } = await readFamily('gpt2');
  const stored = Object.entries(parameters).map(
    ([name, tensor]) => [name.replace(/^transformer\./, ''), tensor] as const,
  );
  const folder = t.testdir();
  const masks = { 'h.0.attn.bias': float32([1, 1, 4, 4]), 'h.1.attn.masked_bias': float32([]) };
  await writeSafetensors(join(folder, 'model.safetensors'), { ...Object.fromEntries(stored), ...masks });
  const weights = await openWeights(artifactAt('model', folder), parameterShapes(config));
  t.same([...weights.names].sort(), Object.keys(parameters).sort());
  for (const name of weights.names) t.same((await weights.read(name)).data, parameters[name]!.data, name);
  await weights.close();
});

t.test('a tied output that is written twice is the same one', async (t) => {
  const { config, parameters } = await readFamily('qwen2');
  const folder = t.testdir();
  const embedding = parameters['model.embed_tokens.weight']!;
  const open = async (output: typeof embedding) => {
    await writeSafetensors(join(folder, 'model.safetensors'), { ...parameters, 'lm_head.weight': output });
    const weights = await openWeights(artifactAt('model', folder), parameterShapes(config));
    await weights.close();
    return weights.names;
  };
  t.notOk((await open(embedding)).includes('lm_head.weight'));
  const other = float32(
    embedding.shape,
    Float32Array.from(embedding.data, (value, index) => (index === 9 ? 1 : value)),
  );
  await t.rejects(open(other), { code: 'weights-mismatch', hint: /tie_word_embeddings/ });
});
