import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tokenizerLoad } from '../../../nodes/tokenizer/load.kind.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { tempFile } from '../data/temp.js';
import { type KindResult, runKind } from '../run-kind.js';

const fixture = 'test/nodes/tokenizer/fixtures/chat';
const source = (name: string, text: string) => ({ name, path: tempFile(name.replaceAll(/[/:]/g, '-'), text) });
const fromFixture = (name: string) => source(`tokenizers/a/${name}`, readFileSync(join(fixture, name), 'utf8'));
const both = [fromFixture('tokenizer.json'), fromFixture('tokenizer_config.json')];

function load(sources: ReturnType<typeof source>[], config: object = {}): Promise<KindResult> {
  return runKind(tokenizerLoad, { config: { path: 'tokenizers/a', ...config }, sources });
}

/** A small vocabulary of each model that the library reads. */
const models = {
  WordLevel: { type: 'WordLevel', vocab: { The: 0, quick: 1, '[UNK]': 2 }, unk_token: '[UNK]' },
  WordPiece: {
    type: 'WordPiece',
    vocab: { The: 0, qu: 1, '##ick': 2, '[UNK]': 3 },
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
  },
  Unigram: {
    type: 'Unigram',
    unk_id: 0,
    byte_fallback: false,
    vocab: [
      ['<unk>', 0],
      ['The', -1],
      ['quick', -2],
    ],
  },
};

t.test('the files of a folder, as they are', async (t) => {
  const { outputs, metrics, displays, warnings } = await load(both);
  t.same(readdirSync(outputs.tokenizer!).sort(), ['tokenizer.json', 'tokenizer_config.json']);
  for (const name of readdirSync(outputs.tokenizer!)) {
    t.ok(readFileSync(join(fixture, name)).equals(readFileSync(join(outputs.tokenizer!, name))), name);
  }
  t.equal(metrics.vocab_size, loadTokenizer(fixture).vocabSize);
  t.match(displays.tokenizer, /tokens; bos <s>; eos <\|im_end\|>; pad <\|endoftext\|>; no chat template/);
  t.same(warnings, []);
});

t.test('every kind of model that the library reads', async (t) => {
  for (const [name, model] of Object.entries(models)) {
    const json = JSON.stringify({
      version: '1.0',
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'WhitespaceSplit' },
      post_processor: null,
      decoder: null,
      model,
    });
    const path = `elsewhere/${name}.json`;
    const { metrics, warnings, outputs } = await load([source(path, json)], { path: `./${path}` });
    t.ok(metrics.vocab_size! >= 3, name);
    t.match(warnings, [/no eos_token/]);
    t.match(JSON.parse(readFileSync(join(outputs.tokenizer!, 'tokenizer_config.json'), 'utf8')), {
      tokenizer_class: 'PreTrainedTokenizerFast',
    });
  }
});

t.test('roles and a chat template may be given', async (t) => {
  const config = { eos_token: '<|endoftext|>', chat_template: 'chatml' };
  const tokenizer = loadTokenizer((await load(both, config)).outputs.tokenizer!);
  t.equal(tokenizer.idToToken(tokenizer.eosId!), '<|endoftext|>');
  t.equal(tokenizer.idToToken(tokenizer.bosId!), '<s>', 'what is not named stays');
  t.match(tokenizer.chatTemplate, /generation/);
  const file = source('templates/x.jinja', '{{ messages[0].content }}');
  const fromFile = await load([...both, file], { chat_template_path: './templates/x.jinja' });
  t.equal(loadTokenizer(fromFile.outputs.tokenizer!).chatTemplate, '{{ messages[0].content }}');
  const config2 = JSON.stringify({
    chat_template: [
      { name: 'default', template: 'A' },
      { name: 'tools', template: 'B' },
    ],
  });
  const named = await load([both[0]!, source('tokenizers/a/tokenizer_config.json', config2)]);
  t.equal(loadTokenizer(named.outputs.tokenizer!).chatTemplate, 'A');
  const map = source('tokenizers/a/special_tokens_map.json', '{"eos_token":{"content":"<s>"},"unk_token":"x"}');
  const mapped = loadTokenizer((await load([both[0]!, map])).outputs.tokenizer!);
  t.equal(mapped.idToToken(mapped.eosId!), '<s>');
  t.same(mapped.templateVariables, { eos_token: '<s>', unk_token: 'x' });
});

t.test('marks of ChatML that the vocabulary lacks are pointed out', async (t) => {
  const json = {
    version: '1.0',
    added_tokens: [],
    pre_tokenizer: { type: 'WhitespaceSplit' },
    model: models.WordLevel,
  };
  const { warnings } = await load([source('a/tokenizer.json', JSON.stringify(json))], {
    path: 'a',
    chat_template: 'chatml',
  });
  t.match(warnings, [/<\|im_start\|> and <\|im_end\|>, no token/, /no eos_token/]);
});

t.test('what cannot be used is refused', async (t) => {
  await t.rejects(load([both[1]!]), { code: 'tokenizer-missing' });
  await t.rejects(load([source('tokenizers/a/tokenizer.json', '{"model":1}')]), { code: 'tokenizer-invalid' });
  await t.rejects(load([both[0]!, source('x/tokenizer_config.json', '[]')]), { code: 'tokenizer-invalid' });
  await t.rejects(load(both, { eos_token: 'nowhere' }), { message: /eos_token "nowhere" is not in its vocabulary/ });
  const jinja = source('tokenizers/a/chat_template.jinja', '{% if %}');
  await t.rejects(load([...both, jinja]), { code: 'chat-template-invalid' });
  await t.rejects(load(both, { chat_template: '{% for %}' }), /with\/chat_template The chat template is not a valid/);
  await t.rejects(load(both, { chat_template: 'chatlm' }), /"chatlm" is not the name of a template/);
  await t.rejects(load(both, { chat_template: 'chatml', chat_template_path: 'x' }), /one of them is enough/);
});
