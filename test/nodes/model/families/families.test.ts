/** `config.json` of each family, as Transformers 5 and those before it write it. */
import t from 'tap';
import { families } from '../../../../nodes/model/families/families.js';
import { type JsonObject, parseDecoderConfig } from '../../../../nodes/model/hugging-face-config.js';
import { folder, readJson } from '../../nn/tiny-families.js';

const modern = (name: string) => readJson<JsonObject>(`${folder}/${name}/config.json`);
const without = (json: JsonObject, ...keys: string[]) =>
  Object.fromEntries(Object.entries(json).filter(([key]) => !keys.includes(key)));
const windows = (json: JsonObject) => parseDecoderConfig(json).attention.map(({ window }) => window);

t.test('settings as they stood before Transformers 5 mean the same', async (t) => {
  const gemma3 = modern('gemma3');
  const gemma3Before = {
    ...without(gemma3, 'rope_parameters', 'layer_types', '_sliding_window_pattern', 'dtype'),
    rope_theta: 5000,
    rope_local_base_freq: 100,
    rope_scaling: { rope_type: 'linear', factor: 2 },
    torch_dtype: 'bfloat16',
  };
  t.same(parseDecoderConfig(gemma3Before), parseDecoderConfig(gemma3));
  t.same(windows(gemma3), [5, 5, undefined, 5]);

  const phi3 = modern('phi3');
  const rope = phi3.rope_parameters as JsonObject;
  const scaling = without(rope, 'rope_theta', 'rope_type', 'partial_rotary_factor', 'original_max_position_embeddings');
  const phi3Before = {
    ...without(phi3, 'rope_parameters'),
    rope_theta: 1000,
    rope_scaling: { type: 'su', ...scaling },
    partial_rotary_factor: 0.75,
  };
  t.same(parseDecoderConfig(phi3Before), parseDecoderConfig(phi3));
  t.match(parseDecoderConfig(phi3).attention[1]!.rope, { type: 'longrope', width: 4, originalMaxPositions: 8 });

  for (const name of ['mistral', 'qwen2', 'qwen3', 'gemma', 'gemma2']) {
    const json = modern(name);
    const before = { ...without(json, 'rope_parameters', 'layer_types'), rope_theta: 10_000, rope_scaling: null };
    t.same(parseDecoderConfig(before), parseDecoderConfig(json), name);
  }
});

t.test('windows are where the family has them', async (t) => {
  t.same(windows(modern('mistral')), [5, 5]);
  t.same(windows({ ...modern('mistral'), sliding_window: null }), [undefined, undefined]);
  t.same(windows(without(modern('mistral'), 'sliding_window')), [4096, 4096]);
  const qwen2 = without(modern('qwen2'), 'layer_types');
  t.same(windows(qwen2), [undefined, 4]);
  t.same(windows({ ...qwen2, max_window_layers: 0 }), [4, 4]);
  t.same(windows({ ...qwen2, use_sliding_window: false }), [undefined, undefined]);
  t.same(windows({ ...qwen2, layer_types: ['sliding_attention', 'full_attention'] }), [4, undefined]);
  t.same(windows(without(modern('gemma2'), 'layer_types')), [5, undefined]);
});

t.test('what a file leaves out means what it means to Transformers', async (t) => {
  const tied = (name: string) => parseDecoderConfig(without(modern(name), 'tie_word_embeddings')).tiedEmbeddings;
  t.same(['gpt2', 'gemma', 'gemma2', 'gemma3'].map(tied), [true, true, true, true]);
  t.same(['mistral', 'qwen2', 'qwen3', 'phi3'].map(tied), [false, false, false, false]);
  t.equal(parseDecoderConfig(without(modern('gemma2'), 'head_dim')).headWidth, 256);
  t.equal(parseDecoderConfig(without(modern('qwen3'), 'head_dim')).headWidth, 128);
  t.equal(parseDecoderConfig({ ...modern('gpt2'), n_inner: null }).mlpWidth, 96);
  t.match(parseDecoderConfig({ ...modern('gpt2'), scale_attn_by_inverse_layer_idx: true }).attention, [
    { scale: 1 / Math.sqrt(6) },
    { scale: 1 / Math.sqrt(6) / 2 },
  ]);
  t.equal(parseDecoderConfig({ ...modern('gemma2'), attn_logit_softcapping: null }).attention[0]!.cap, undefined);
});

t.test('rotary positions that are stretched make room for longer texts', async (t) => {
  const positions = (rope: object) =>
    parseDecoderConfig({ ...modern('qwen2'), rope_parameters: { rope_theta: 100, ...rope } }).maxPositions;
  t.equal(positions({ rope_type: 'default' }), 64);
  t.equal(positions({ rope_type: 'linear', factor: 4 }), 64);
  t.equal(positions({ rope_type: 'dynamic', factor: 4 }), 256);
  t.equal(positions({ rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32 }), 128);
  t.equal(positions({ rope_type: 'yarn', factor: 4, original_max_position_embeddings: 8 }), 64);
});

t.test('what would be computed wrongly is refused', async (t) => {
  const cases: [string, object][] = [
    ['gemma', { hidden_act: 'relu' }],
    ['gemma2', { hidden_activation: 'gelu' }],
    ['gemma2', { use_bidirectional_attention: true }],
    ['gemma2', { layer_types: ['chunked_attention', 'full_attention'] }],
    ['gemma2', { layer_types: ['full_attention'] }],
    ['gemma3', { attn_logit_softcapping: 50 }],
    ['gpt2', { activation_function: 'relu' }],
    ['gpt2', { add_cross_attention: true }],
    ['gpt2', { n_head: 5 }],
    ['mistral', { layer_types: ['full_attention', 'sliding_attention'] }],
    ['mistral', { tie_word_embeddings: 'yes' }],
    ['qwen2', { use_sliding_window: false, layer_types: ['full_attention', 'sliding_attention'] }],
    ['qwen2', { rope_parameters: { rope_type: 'default', mrope_section: [1, 1, 1] } }],
    ['qwen2', { rope_parameters: { rope_type: 'linear' } }],
    ['qwen2', { rope_parameters: { rope_type: 'linear', factor: 0 } }],
    ['qwen2', { rope_parameters: { full_attention: { rope_type: 'default', rope_theta: 10_000 } } }],
    ['qwen2', { rope_parameters: 'yarn' }],
    ['qwen2', { partial_rotary_factor: 0.5 }],
    ['qwen3', { head_dim: 9 }],
    ['phi3', { rope_parameters: { rope_type: 'longrope', short_factor: [1], long_factor: [2] } }],
    ['phi3', { rope_parameters: { rope_type: 'longrope', short_factor: [1, -1], long_factor: [2, 2] } }],
    ['phi3', { partial_rotary_factor: 0.2, rope_parameters: { rope_type: 'default' } }],
  ];
  for (const [name, change] of cases) {
    t.throws(
      () => parseDecoderConfig({ ...modern(name), ...change }),
      { code: 'model-config-unsupported' },
      `${name} ${JSON.stringify(change)}`,
    );
  }
  t.throws(() => parseDecoderConfig({ ...modern('gemma3'), model_type: 'gemma3' }), {
    code: 'architecture-unsupported',
  });
  const wrongClass = { ...modern('gemma'), architectures: ['Gemma2ForCausalLM'] };
  t.throws(() => parseDecoderConfig(wrongClass), { code: 'architecture-unsupported' });
});

t.test('no two families have a model type in common', async (t) => {
  t.equal(new Set(families.map(({ modelType }) => modelType)).size, families.length);
});
