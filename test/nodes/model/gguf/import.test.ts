import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import tokenizers from 'tokenizers';
import { openGguf } from '../../../../nodes/format/gguf/reader.js';
import { type GgufTensorSource, type TypedValue, writeGguf } from '../../../../nodes/format/gguf/writer.js';
import { openSafetensors } from '../../../../nodes/format/safetensors.js';
import { importGguf } from '../../../../nodes/model/gguf/import.js';
import { llama3Divisors, llama3Scaling } from '../../../../nodes/model/gguf/llama3-rope.js';
import { readMetadata } from '../../../../nodes/model/gguf/metadata.js';
import { interleaveHalves, separateHalves } from '../../../../nodes/model/gguf/rotary-order.js';
import { tokenizerOf } from '../../../../nodes/model/gguf/tokenizer.js';
import { type TokenizerFile, tokenizerKeys } from '../../../../nodes/model/gguf/tokenizer-keys.js';
import { modelLoad } from '../../../../nodes/model/load.kind.js';
import { readModel } from '../../../../nodes/model/model-directory.js';
import { filesInFolder } from '../../../../nodes/model/model-files.js';
import { float32 } from '../../../../nodes/tensor/host-tensor.js';
import { runKind } from '../../run-kind.js';

const fixtures = join(import.meta.dirname, '../../../../../test/nodes/model/gguf/fixtures');
const llama = join(fixtures, 'llama.gguf');
const cases = JSON.parse(readFileSync(join(fixtures, 'tokenizers.json'), 'utf8')) as Record<
  'byte_level' | 'pieces',
  readonly (readonly [string, readonly number[]])[]
>;

t.test('a GGUF file becomes the model that Transformers reads in it', async (t) => {
  const { outputs, metrics, displays } = await runKind(modelLoad, {
    config: { path: 'models/llama.gguf' },
    sources: [{ name: 'models/llama.gguf', path: llama }],
  });
  const model = await readModel(filesInFolder(outputs.model!), t.testdir());
  const expected = await openSafetensors(join(fixtures, 'llama.safetensors'));
  t.same(Object.keys(model.parameters).sort(), [...expected.entries.keys()].sort());
  for (const [name, tensor] of Object.entries(model.parameters)) t.same(tensor, await expected.read(name), name);
  await expected.close();

  const { model_type, rope_theta, rms_norm_eps, tie_word_embeddings, num_key_value_heads } = model.configJson;
  t.same(
    { model_type, rope_theta, rms_norm_eps, tie_word_embeddings, num_key_value_heads },
    { model_type: 'llama', rope_theta: 100_000, rms_norm_eps: 1e-5, tie_word_embeddings: true, num_key_value_heads: 2 },
  );
  t.same([...model.endIds].sort(), [0, 2], 'a text ends with eos and with the end of a turn');
  t.equal(model.tokenizer.bosId, 1);
  t.match(model.tokenizer.chatTemplate, /message\['content'\]/);
  t.same([...model.tokenizer.specialTokens().values()], ['<|endoftext|>', '<|im_start|>', '<|im_end|>']);
  for (const [text, ids] of cases.byte_level)
    t.same((await model.tokenizer.encode(text)).ids, ids, JSON.stringify(text));
  for (const [text, ids] of cases.byte_level) t.equal(await model.tokenizer.decode(ids), text);
  t.equal(metrics.parameters, 22_688);
  t.match(displays.source, /^Tiny, cc0-1.0; 14 F32, 6 Q8_0$/);
});

t.test('a tokenizer of scored pieces encodes as llama.cpp does', async (t) => {
  const file = await openGguf(join(fixtures, 'spiece.gguf'));
  const { tokenizer, config } = tokenizerOf(readMetadata(file.metadata, 'spiece.gguf'));
  await file.close();
  const native = tokenizers.Tokenizer.fromString(JSON.stringify(tokenizer));
  t.equal(cases.pieces.length, 5);
  for (const [text, ids] of cases.pieces) {
    t.same((await native.encode(text, null, { addSpecialTokens: false })).getIds(), ids, JSON.stringify(text));
    t.equal(await native.decode([...ids], false), text);
  }
  t.same((await native.encode('The')).getIds()[0], 1, 'a text begins with bos');
  t.match(config, { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>', add_bos_token: true });
});

t.test('the orders of rotary rows undo one another', async (t) => {
  t.same(separateHalves(float32([4, 1], [0, 1, 2, 3]), 1).data, Float32Array.of(0, 2, 1, 3));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      (heads, half, columns) => {
        const rows = heads * half * 2;
        const tensor = float32(
          [rows, columns],
          Float32Array.from({ length: rows * columns }, (_, i) => i),
        );
        t.same(interleaveHalves(separateHalves(tensor, heads), heads), tensor);
      },
    ),
    { numRuns: 30 },
  );
});

t.test('the frequencies of Llama 3.1 are recognised, and others refused', async (t) => {
  const divisors = llama3Divisors(32, 500_000, 64);
  t.match(llama3Scaling(divisors, 500_000, 'x.gguf'), { rope_type: 'llama3', factor: 32, low_freq_factor: 1 });
  divisors[12]! *= 1.1;
  t.throws(() => llama3Scaling(divisors, 500_000, 'x.gguf'), { code: 'rope-type-unsupported' });
});

/** The fixture with some of its metadata and tensors in another way. */
async function altered(
  path: string,
  change: {
    readonly metadata?: Record<string, TypedValue | undefined>;
    readonly tensors?: Record<string, GgufTensorSource | undefined>;
  },
): Promise<void> {
  const file = await openGguf(llama);
  const typed = (value: unknown): TypedValue => {
    if (typeof value === 'string') return { type: 'string', value };
    if (typeof value === 'boolean') return { type: 'bool', value };
    if (typeof value === 'number')
      return Number.isInteger(value) ? { type: 'uint32', value } : { type: 'float32', value };
    const list = value as readonly string[] | readonly number[];
    return typeof list[0] === 'string'
      ? { type: 'strings', value: list as string[] }
      : { type: 'int32s', value: list as number[] };
  };
  const kept = <Value>(entries: Record<string, Value | undefined>) =>
    Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Record<string, Value>;
  const metadata = Object.fromEntries([...file.metadata].map(([key, value]) => [key, typed(value)]));
  const tensors = Object.fromEntries(
    [...file.tensors].map(([name, { shape }]): [string, GgufTensorSource] => [
      name,
      { shape, type: 'F32', read: () => file.read(name) },
    ]),
  );
  await writeGguf(path, kept({ ...metadata, ...change.metadata }), kept({ ...tensors, ...change.tensors }));
  await file.close();
}

t.test('what cannot be read rightly is refused by name', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'x.gguf');
  const text = (value: string): TypedValue => ({ type: 'string', value });
  const whole = (value: number): TypedValue => ({ type: 'uint32', value });
  const extra = { shape: [2], type: 'F32', read: () => float32([2]) } as const;
  const broken: readonly (readonly [string, Parameters<typeof altered>[1], string, RegExp])[] = [
    [
      'architecture',
      { metadata: { 'general.architecture': text('mamba') } },
      'architecture-unsupported',
      /architecture mamba; llama, /,
    ],
    ['experts', { metadata: { 'llama.expert_count': whole(8) } }, 'architecture-unsupported', /mixture of experts/],
    ['missing key', { metadata: { 'llama.block_count': undefined } }, 'gguf-invalid', /llama.block_count is missing/],
    [
      'key of another type',
      { metadata: { 'llama.block_count': text('2') } },
      'gguf-invalid',
      /block_count is not a number/,
    ],
    ['a part', { metadata: { 'split.count': whole(3) } }, 'gguf-split', /one of 3 parts/],
    [
      'tokenizer model',
      { metadata: { 'tokenizer.ggml.model': text('bert') } },
      'tokenizer-unsupported',
      /model bert; gpt2 and llama/,
    ],
    [
      'rule of words',
      { metadata: { 'tokenizer.ggml.pre': text('viking') } },
      'tokenizer-unsupported',
      /rule viking; gpt-2,/,
    ],
    [
      'role beyond the tokens',
      { metadata: { 'tokenizer.ggml.eos_token_id': whole(5000) } },
      'gguf-invalid',
      /eos token is 5000/,
    ],
    [
      'types of fewer tokens',
      { metadata: { 'tokenizer.ggml.token_type': { type: 'int32s', value: [1, 1] } } },
      'gguf-invalid',
      /types of 2/,
    ],
    [
      'merges of no tokens',
      { metadata: { 'tokenizer.ggml.merges': { type: 'strings', value: ['q q'] } } },
      'gguf-invalid',
      /merge "q q"/,
    ],
    [
      'unknown tensor',
      { tensors: { 'blk.0.ffn_gate_exps.weight': extra } },
      'weights-unexpected',
      /blk.0.ffn_gate_exps.weight/,
    ],
    ['no embedding', { tensors: { 'token_embd.weight': undefined } }, 'weights-missing', /no tensor token_embd/],
    [
      'rope factors',
      { tensors: { 'rope_freqs.weight': { shape: [4], type: 'F32', read: () => float32([4], [1, 3, 2, 9]) } } },
      'rope-type-unsupported',
      /rope_freqs/,
    ],
  ];
  for (const [name, change, code, message] of broken) {
    await altered(path, change);
    await t.rejects(importGguf(path, 'x.gguf', folder, 'F32'), { code, message }, name);
  }
  const load = (change: Parameters<typeof altered>[1]) =>
    altered(path, change).then(() =>
      runKind(modelLoad, { config: { path: 'x.gguf' }, sources: [{ name: 'x.gguf', path }] }),
    );
  await t.rejects(load({ tensors: { 'blk.1.attn_norm.weight': undefined } }), {
    code: 'weights-missing',
    message: /1 of its weights/,
  });
  await t.rejects(load({ tensors: { 'blk.1.attn_norm.weight': extra } }), {
    code: 'weights-mismatch',
    message: /is \[2\].* implies \[32\]/,
  });
});

t.test('scores come out of the merges, and lead to them', async (t) => {
  const file = await openGguf(join(fixtures, 'spiece.gguf'));
  const { tokenizer } = tokenizerOf(readMetadata(file.metadata, 'spiece.gguf'));
  await file.close();
  const facts = {
    roles: { bos: 1, eos: 2, unknown: 0, padding: undefined },
    endOfTurn: undefined,
    chatTemplate: undefined,
    rows: 400,
  };
  const keys = tokenizerKeys(tokenizer as TokenizerFile, facts);
  const values = new Map(Object.entries(keys).map(([key, { value }]) => [key, value]));
  const back = tokenizerOf(readMetadata(values, 'back'));
  const rest = { ...(back.tokenizer as TokenizerFile).model, vocab: {} };
  t.same(rest, { ...(tokenizer as TokenizerFile).model, vocab: {} });
  t.equal(values.get('tokenizer.ggml.add_bos_token'), true);
  // Two ways to one piece have one score, so that nothing can come between them.
  const apart = {
    vocab: { a: 0, b: 1, c: 2, ab: 3, bc: 4, abc: 5 },
    merges: ['a b', 'ab c', 'b c', 'a bc'],
    byte_fallback: true,
  };
  t.throws(() => tokenizerKeys({ model: apart }, { ...facts, rows: 6 }), {
    code: 'tokenizer-unsupported',
    message: /order that no scores give/,
  });
});
