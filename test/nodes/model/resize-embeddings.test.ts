import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openSafetensors } from '../../../nodes/format/safetensors.js';
import { addRows } from '../../../nodes/model/new-rows.js';
import { modelResizeEmbeddings } from '../../../nodes/model/resize-embeddings.kind.js';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { createRandom } from '../../../nodes/tensor/random.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { type KindResult, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const tied = await makeModel();
const untied = await makeModel({ tie_word_embeddings: false });
const size = 300;

const resize = (config: object, model = tied): Promise<KindResult> =>
  runKind(modelResizeEmbeddings, { config: config as Record<string, unknown>, inputs: { model } });

async function weights(model: string): Promise<Record<string, Float32Array>> {
  const file = await openSafetensors(join(model, 'model.safetensors'));
  const all: Record<string, Float32Array> = {};
  for (const name of file.entries.keys()) all[name] = (await file.read(name)).data as Float32Array;
  await file.close();
  return all;
}
const json = (model: string, name: string) => JSON.parse(readFileSync(join(model, name), 'utf8'));

t.test('tokens get ids behind the old ones, and rows around the mean', async (t) => {
  for (const model of [tied, untied]) {
    const config = { special_tokens: ['<|user|>', '<|endoftext|>'], tokens: ['Prague'] };
    const { outputs, metrics } = await resize(config, model);
    t.same(metrics, { added_tokens: 2, vocab_size: size + 2 });
    t.equal(json(outputs.model!, 'config.json').vocab_size, size + 2);
    const tokenizer = loadTokenizer(outputs.model!);
    t.same([tokenizer.tokenToId('<|user|>'), tokenizer.tokenToId('Prague')], [size, size + 1]);
    const { ids } = await tokenizer.encode('<|user|>in Prague.');
    t.equal(ids[0], size);
    t.ok(ids.includes(size + 1));
    t.equal(await tokenizer.decode(ids, { skipSpecialTokens: true }), 'in Prague.');
    const [before, after] = [await weights(model), await weights(outputs.model!)];
    t.same(Object.keys(after), Object.keys(before));
    for (const [name, old] of Object.entries(before)) {
      const now = after[name]!;
      t.same(now.subarray(0, old.length), old, `${name}: what was there stays`);
      if (!/embed_tokens|lm_head/.test(name)) t.equal(now.length, old.length);
      else {
        const width = old.length / size;
        t.equal(now.length, (size + 2) * width, name);
        const rows = [now.subarray(size * width, (size + 1) * width), now.subarray((size + 1) * width)];
        t.notSame(rows[0], rows[1], 'no two are alike');
        for (let j = 0; j < width; j++) {
          let mean = 0;
          for (let i = 0; i < size; i++) mean += old[i * width + j]! / size;
          for (const row of rows) t.ok(Math.abs(row[j]! - mean) < 1e-5, `${row[j]} about ${mean}`);
        }
      }
    }
  }
});

t.test('rows to spare are used up, and added to reach a multiple', async (t) => {
  const padded = await resize({ pad_to_multiple_of: 64 });
  t.same(padded.metrics, { added_tokens: 0, vocab_size: 320 });
  const filled = await resize({ special_tokens: ['<a>'] }, padded.outputs.model!);
  t.same(filled.metrics, { added_tokens: 1, vocab_size: 320 });
  t.equal(loadTokenizer(filled.outputs.model!).tokenToId('<a>'), size);
});

t.test('roles, and a chat template that can be learned from', async (t) => {
  const config = { chat_template: 'chatml', eos_token: '<|im_end|>' };
  const { outputs, metrics } = await resize(config);
  t.equal(metrics.added_tokens, 2);
  const tokenizer = loadTokenizer(outputs.model!);
  t.equal(tokenizer.eosId, size + 1);
  t.equal(json(outputs.model!, 'config.json').eos_token_id, size + 1);
  t.equal(json(outputs.model!, 'generation_config.json').eos_token_id, size + 1);
  t.ok(tokenizer.specialTokens().has(size));
  const messages = [
    { role: 'user', content: 'Italy?' },
    { role: 'assistant', content: 'Rome' },
  ];
  const inputs = { model: outputs.model!, dataset: writeDataset([{ messages }]) };
  const trained = await runKind(trainSupervised, { config: { max_steps: 1 }, inputs });
  t.same(trained.warnings, []);
  t.ok(trained.metrics.train_loss! < 7, 'new tokens are no great surprise');
});

t.test('the noise has the covariance asked for', async (t) => {
  const [rows, added] = [6, 4000];
  const old = new Float32Array(rows * 2);
  createRandom(1, 'old').fillNormal(old, 1);
  const mean = [0, 1].map((j) => [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + old[2 * i + j]! / rows, 0));
  const options = { seed: 3, aroundMean: true, initializerRange: 0.5 };
  const grown = addRows('x', float32([rows, 2], old), rows, rows + added, options).data as Float32Array;
  // In float32 the noise is lost beside a mean of 1, so a mean of 0 is made first.
  const centred = old.map((value, index) => value - mean[index % 2]!);
  const noise = (addRows('x', float32([rows, 2], centred), rows, rows + added, options).data as Float32Array).subarray(
    12,
  );
  for (const [a, b] of [
    [0, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    let found = 0;
    let wanted = 0;
    for (let i = 0; i < added; i++) found += (noise[2 * i + a]! * noise[2 * i + b]!) / added;
    for (let i = 0; i < rows; i++) wanted += (1e-9 * centred[2 * i + a]! * centred[2 * i + b]!) / rows;
    t.ok(Math.abs(found - wanted) < 1e-10, `${a}${b}: ${found}, wanted ${wanted}`);
  }
  t.ok(Math.abs(grown[12]! - mean[0]!) < 1e-3);
  const fresh = addRows('x', float32([rows, 2], old), rows, rows + added, { ...options, aroundMean: false });
  const values = (fresh.data as Float32Array).subarray(12);
  const std = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  t.ok(Math.abs(std - 0.5) < 0.02, `${std}`);
});

t.test('what cannot be done is refused', async (t) => {
  await t.rejects(resize({ tokens: ['a b'], special_tokens: ['a b'] }), /"a b" is among special_tokens, too/);
  await t.rejects(resize({ eos_token: 'nowhere' }), { code: 'tokenizer-invalid', message: /nowhere/ });
});
