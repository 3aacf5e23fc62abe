import t from 'tap';
import { parameterOf } from '../../../nodes/model/stored-names.js';

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
