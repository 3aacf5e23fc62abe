import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openGguf } from '../../../nodes/format/gguf/reader.js';
import { bytesOf } from '../../../nodes/model/export.js';
import { modelExport } from '../../../nodes/model/export.kind.js';
import { nameOfPreTokenizer, preTokenizerNames, preTokenizerOf } from '../../../nodes/model/gguf/pre-tokenizers.js';
import { modelLoad } from '../../../nodes/model/load.kind.js';
import { readModel } from '../../../nodes/model/model-directory.js';
import { filesInFolder } from '../../../nodes/model/model-files.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { runKind } from '../run-kind.js';
import { makeModel, makeTokenizer } from '../tiny-model.js';

const fixtures = join(import.meta.dirname, '../../../../test/nodes/model/gguf/fixtures');

async function imported(path: string): Promise<string> {
  const { outputs } = await runKind(modelLoad, { config: { path: 'x.gguf' }, sources: [{ name: 'x.gguf', path }] });
  return outputs.model!;
}

function exported(model: string, config: Readonly<Record<string, unknown>>) {
  return runKind(modelExport, { config, inputs: { model } });
}

const llama = await imported(join(fixtures, 'llama.gguf'));

t.test('a model that goes out as GGUF comes back as it was', async (t) => {
  const { outputs } = await exported(llama, { format: 'gguf' });
  t.same(Object.keys(outputs), ['file']);
  const back = await imported(outputs.file!);
  for (const name of readdirSync(llama)) {
    if (name === 'config.json') continue;
    t.ok(readFileSync(join(back, name)).equals(readFileSync(join(llama, name))), name);
  }
  const config = (folder: string) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  t.same(config(back), config(llama));
});

t.test('a model card goes with the folder', async (t) => {
  const card = join(t.testdir({ card: '---\nlicense: mit\n---\n' }), 'card');
  const run = (config: object) => runKind(modelExport, { config: { ...config }, inputs: { model: llama, card } });
  const { outputs } = await run({ dtype: 'bfloat16' });
  t.equal(readFileSync(join(outputs.model!, 'README.md'), 'utf8'), readFileSync(card, 'utf8'));
  t.ok(await readModel(filesInFolder(outputs.model!), t.testdir()), 'it is a model all the same');
  await t.rejects(run({ format: 'gguf' }), { code: 'card-unused' });
});

t.test('weights are rounded to the type asked for, and vectors are not', async (t) => {
  const before = await readModel(filesInFolder(llama), t.testdir());
  for (const [dtype, type, bits] of [
    ['q8_0', 'Q8_0', 7],
    ['float16', 'F16', 11],
    ['bfloat16', 'BF16', 8],
  ] as const) {
    const { outputs } = await exported(llama, { format: 'gguf', dtype });
    const file = await openGguf(outputs.file!);
    for (const [name, tensor] of file.tensors)
      t.equal(tensor.type.name, tensor.shape.length === 1 ? 'F32' : type, name);
    await file.close();
    const after = await readModel(filesInFolder(await imported(outputs.file!)), t.testdir());
    for (const [name, { data }] of Object.entries(before.parameters)) {
      const most = Math.max(...[...data].map(Math.abs));
      const off = data.findIndex((value, i) => Math.abs(value - after.parameters[name]!.data[i]!) > most * 2 ** -bits);
      t.equal(off, -1, `${name} as ${dtype}`);
    }
  }
});

t.test('safetensors go out in another dtype and in shards', async (t) => {
  const { outputs, displays } = await exported(llama, { dtype: 'bfloat16', max_shard_size: '0.02MB' });
  t.same(Object.keys(outputs), ['model']);
  t.match(displays.files, /^\d with weights, in bfloat16$/);
  t.ok(readdirSync(outputs.model!).includes('model.safetensors.index.json'));
  t.ok(readdirSync(outputs.model!).includes('generation_config.json'));
  const model = await readModel(filesInFolder(outputs.model!), t.testdir());
  t.equal(model.configJson.torch_dtype, 'bfloat16');
  t.equal(bytesOf('1.5GB'), 1.5e9);
  await t.rejects(exported(llama, { dtype: 'q8_0' }), /dtype must be a floating point type/);
});

t.test('a model made here goes out, with placeholders for rows without a token', async (t) => {
  const model = await makeModel(
    { hidden_size: 32, tie_word_embeddings: false },
    await makeTokenizer({ bos_token: '<s>', chat_template: 'chatml' }),
  );
  const { outputs } = await exported(model, { format: 'gguf', dtype: 'q8_0' });
  const file = await openGguf(outputs.file!);
  t.equal(file.metadata.get('tokenizer.ggml.pre'), 'gpt-2');
  t.equal(file.tensors.get('output.weight')?.type.name, 'Q8_0');
  t.equal(file.tensors.get('blk.0.ffn_down.weight')?.type.name, 'F16', '24 numbers are no whole block');
  await file.close();
  const back = await imported(outputs.file!);
  const text = "The capital's 12 rivers,\n\n  naïve 😀<|im_end|>";
  const [here, there] = [loadTokenizer(model), loadTokenizer(back)];
  t.same((await there.encode(text)).ids, (await here.encode(text)).ids);
  t.equal(there.bosId, here.bosId);
  t.equal(there.chatTemplate, here.chatTemplate);
});

t.test('a Qwen 3 goes out and comes back as it was', async (t) => {
  const model = await makeModel({ architecture: 'qwen3' });
  const { outputs } = await exported(model, { format: 'gguf' });
  const read = (folder: string) => readModel(filesInFolder(folder), t.testdir());
  const [before, after] = [await read(model), await read(await imported(outputs.file!))];
  t.same(after.config, before.config);
  t.same(after.parameters, before.parameters);
  t.ok('model.layers.0.self_attn.q_norm.weight' in after.parameters);
});

t.test('what GGUF has no word for is refused', async (t) => {
  const change = async (name: string, edit: (json: Record<string, never>) => object) => {
    const { outputs } = await exported(llama, {});
    const path = join(outputs.model!, name);
    writeFileSync(path, JSON.stringify(edit(JSON.parse(readFileSync(path, 'utf8')))));
    return exported(outputs.model!, { format: 'gguf' });
  };
  await t.rejects(
    change('tokenizer.json', (json) => ({ ...json, pre_tokenizer: { type: 'Whitespace' } })),
    {
      code: 'tokenizer-unsupported',
      message: /cuts texts by a rule/,
    },
  );
  const scaling = {
    rope_type: 'llama3',
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 2,
    original_max_position_embeddings: 64,
  };
  await t.rejects(
    change('config.json', (json) => ({ ...json, rope_parameters: { ...scaling, rope_theta: 1e4 } })),
    {
      code: 'rope-type-unsupported',
    },
  );
});

t.test('a rule to cut texts is found by what it does', (t) => {
  for (const name of preTokenizerNames) {
    const { preTokenizer, ignoreMerges } = preTokenizerOf(name)!;
    const found = nameOfPreTokenizer(preTokenizer, ignoreMerges);
    t.same(preTokenizerOf(found!)?.preTokenizer, preTokenizer, name);
  }
  const digits = { type: 'Digits', individual_digits: true };
  const bytes = { type: 'ByteLevel', add_prefix_space: false, use_regex: true };
  t.equal(nameOfPreTokenizer({ type: 'Sequence', pretokenizers: [digits, bytes] }, false), 'smollm');
  t.equal(nameOfPreTokenizer(bytes, false), 'gpt-2');
  t.equal(nameOfPreTokenizer({ ...bytes, add_prefix_space: true }, false), undefined);
  t.equal(nameOfPreTokenizer(digits, false), undefined);
  t.end();
});
