import t from 'tap';
import { adaptedModules } from '../../../nodes/adapters/modules.js';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import type { AdapterConfig } from '../../../schemas/kinds/adapter.js';
import { readFamily } from '../nn/tiny-families.js';

const base: AdapterConfig = {
  r: 2,
  lora_alpha: 4,
  use_rslora: false,
  use_dora: false,
  target_modules: 'all-linear',
  layers_to_transform: null,
  modules_to_save: [],
};

async function targets(family: string, change: Partial<AdapterConfig> = {}) {
  const { config } = await readFamily(family);
  const { lowRank, targets } = adaptedModules({ ...base, ...change }, parameterShapes(config));
  return { count: lowRank.length, targets };
}

t.test('all linear modules of each family, and no embedding', async (t) => {
  const llama = ['down_proj', 'gate_proj', 'k_proj', 'o_proj', 'q_proj', 'up_proj', 'v_proj'];
  t.same(await targets('gpt2'), { count: 8, targets: ['c_attn', 'c_fc', 'c_proj'] });
  t.same(await targets('phi3'), { count: 8, targets: ['down_proj', 'gate_up_proj', 'o_proj', 'qkv_proj'] });
  for (const family of ['mistral', 'qwen2', 'qwen3', 'gemma', 'gemma2']) {
    t.same(await targets(family), { count: 14, targets: llama }, family);
  }
});

t.test('PEFT is told names that fit no other module', async (t) => {
  t.same(await targets('gpt2', { target_modules: ['attn.c_proj'] }), { count: 2, targets: ['attn.c_proj'] });
  t.same(await targets('gpt2', { target_modules: ['c_proj'] }), { count: 4, targets: ['c_proj'] });
  const first = { target_modules: ['attn.c_proj', 'c_fc'], layers_to_transform: [0] };
  t.same(await targets('gpt2', first), { count: 2, targets: ['attn.c_proj', 'c_fc'] });
});
