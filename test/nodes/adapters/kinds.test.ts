import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { modelMerge } from '../../../nodes/adapters/merge.kind.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { readAll } from '../nn/tiny-llama.js';
import { runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const model = await makeModel({ num_hidden_layers: 2 });
const dataset = writeDataset([
  { prompt: 'The capital of France is', completion: ' Paris' },
  { prompt: 'The capital of Italy is', completion: ' Rome' },
]);
const quick = { learning_rate: 5e-2, max_length: 24, num_train_epochs: 12 };

const trainWith = (adapter: Readonly<Record<string, unknown>>, device = 'reference') =>
  runKind(trainSupervised, { config: { ...quick, adapter }, inputs: { model, dataset }, device });
const weightsOf = (folder: string) => readAll(join(folder, 'model.safetensors'));

t.test('an adapter learns, and the model that comes out has it merged', async (t) => {
  const { outputs, logs } = await trainWith({ r: 2, target_modules: ['q_proj', 'up_proj'] });
  t.ok(logs.at(-1)!.values.loss! < logs[0]!.values.loss! - 0.01, 'it learns');
  t.same(readdirSync(outputs.adapter!).sort(), ['adapter_config.json', 'adapter_model.safetensors']);
  const before = await weightsOf(model);
  const after = await weightsOf(outputs.model!);
  const changed = Object.keys(after).filter(
    (name) => !Buffer.from(after[name]!.data.buffer).equals(Buffer.from(before[name]!.data.buffer)),
  );
  t.same(
    changed.sort(),
    [0, 1].flatMap((i) => [`model.layers.${i}.mlp.up_proj.weight`, `model.layers.${i}.self_attn.q_proj.weight`]),
  );

  const merged = await runKind(modelMerge, { inputs: { model, adapter: outputs.adapter! } });
  t.same(await weightsOf(merged.outputs.model!), after, 'model.merge gives the same model');
});

t.test('what is asked for is what is adapted', async (t) => {
  const adapterOf = async (config: Readonly<Record<string, unknown>>) => {
    const { outputs } = await trainWith(config);
    const merged = await runKind(modelMerge, { inputs: { model, adapter: outputs.adapter! } });
    t.same(await weightsOf(merged.outputs.model!), await weightsOf(outputs.model!), 'merged alike');
    const names = Object.keys(await readAll(join(outputs.adapter!, 'adapter_model.safetensors')));
    return { names, json: JSON.parse(readFileSync(join(outputs.adapter!, 'adapter_config.json'), 'utf8')) };
  };
  const all = await adapterOf({});
  t.equal(all.names.length, 2 * 7 * 2, 'seven linear modules a layer, A and B');
  t.match(all.json, { r: 8, lora_alpha: 16, use_rslora: false, use_dora: false, peft_type: 'LORA' });
  const dora = await adapterOf({
    use_dora: true,
    use_rslora: true,
    layers_to_transform: [1],
    modules_to_save: ['embed_tokens'],
  });
  t.equal(dora.names.length, 7 * 3 + 2, 'A, B and lengths; the embedding, and the projection tied to it');
  t.ok(dora.names.every((name) => name.includes('layers.1.') || /(embed_tokens|lm_head)\.weight$/.test(name)));
  t.match(dora.json, {
    use_dora: true,
    use_rslora: true,
    layers_to_transform: [1],
    modules_to_save: ['model.embed_tokens'],
  });
});

t.test('names that fit nothing are refused', async (t) => {
  await t.rejects(trainWith({ target_modules: ['wq'] }), {
    code: 'adapter-module-unknown',
    hint: /down_proj, gate_proj, up_proj/,
  });
  await t.rejects(trainWith({ modules_to_save: ['head'] }), { code: 'adapter-module-unknown' });
  await t.rejects(trainWith({ layers_to_transform: [0, 2] }), { code: 'adapter-layer-unknown', message: /layer 2/ });
});

t.test('without an adapter there is no such output', (t) => {
  const outputsOf = (config: unknown) => Object.keys(trainSupervised.ports!({ config, inputs: [] }).outputs);
  t.same(outputsOf({ adapter: {} }), ['model', 'metrics', 'adapter']);
  for (const config of [undefined, null, 3, {}, { adapter: null }]) t.same(outputsOf(config), ['model', 'metrics']);
  t.end();
});

t.test('an adapter that does not fit or is of another method is refused', async (t) => {
  const { outputs } = await trainWith({ r: 2 });
  const merge = (adapter: string, onto = model) => runKind(modelMerge, { inputs: { model: onto, adapter } });
  await t.rejects(merge(outputs.adapter!, await makeModel({ num_hidden_layers: 1 })), { code: 'adapter-mismatch' });
  await t.rejects(merge(outputs.adapter!, await makeModel({ num_hidden_layers: 2, intermediate_size: 32 })), {
    code: 'adapter-mismatch',
    message: /up_proj|gate_proj|down_proj/,
  });
  const changed = (change: object) => {
    const folder = mkdtempSync(join(tmpdir(), 'lapidary-adapter-'));
    for (const name of readdirSync(outputs.adapter!)) {
      const content = readFileSync(join(outputs.adapter!, name));
      const json = name.endsWith('.json') ? JSON.stringify({ ...JSON.parse(content.toString()), ...change }) : content;
      writeFileSync(join(folder, name), json);
    }
    return folder;
  };
  for (const change of [
    { peft_type: 'IA3' },
    { rank_pattern: { q_proj: 4 } },
    { bias: 'all' },
    { r: 0 },
    { lora_alpha: '8' },
  ]) {
    await t.rejects(merge(changed(change)), { code: 'adapter-invalid' }, JSON.stringify(change));
  }
});
