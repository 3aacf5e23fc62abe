import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { tokenizerJson } from '../../../nodes/tokenizer/byte-level.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';

function folder(files: Readonly<Record<string, unknown>>): string {
  const path = mkdtempSync(join(tmpdir(), 'lapidary-tokenizer-'));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
}

const plain = tokenizerJson(['<eos>'], []) as Record<string, unknown>;

t.test('padding and cutting that a tokenizer brings along are switched off', async (t) => {
  const fixed = {
    ...plain,
    truncation: { direction: 'Right', max_length: 3, strategy: 'LongestFirst', stride: 0 },
    padding: {
      strategy: { Fixed: 8 },
      direction: 'Right',
      pad_to_multiple_of: null,
      pad_id: 0,
      pad_type_id: 0,
      pad_token: '<eos>',
    },
  };
  const tokenizer = loadTokenizer(folder({ 'tokenizer.json': fixed }));
  t.equal((await tokenizer.encode('abcde')).ids.length, 5);
  t.equal((await tokenizer.encode('a')).ids.length, 1);
  t.equal(tokenizer.eosId, undefined);
});

t.test('special tokens that a post-processor would add are not added', async (t) => {
  const template = {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '<eos>', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<eos>': { id: '<eos>', ids: [0], tokens: ['<eos>'] } },
  };
  const tokenizer = loadTokenizer(folder({ 'tokenizer.json': { ...plain, post_processor: template } }));
  t.equal((await tokenizer.encode('ab')).ids.length, 2);
  t.equal((await tokenizer.encodeBatch(['ab']))[0]!.ids.length, 2);
});

t.test('roles may be named by an object, as older files do', (t) => {
  const config = { eos_token: { content: '<eos>', lstrip: false }, pad_token: null };
  const tokenizer = loadTokenizer(folder({ 'tokenizer.json': plain, 'tokenizer_config.json': config }));
  t.equal(tokenizer.eosId, 0);
  t.equal(tokenizer.padId, undefined);
  t.equal(tokenizer.vocabSize, 257);
  t.end();
});

t.test('what is no tokenizer is refused', (t) => {
  const refused = (message: RegExp) => ({ code: 'tokenizer-invalid', message });
  t.throws(() => loadTokenizer(folder({})), refused(/tokenizer\.json .*no such file/));
  t.throws(() => loadTokenizer(folder({ 'tokenizer.json': '{' })), refused(/cannot be used/));
  const broken = { 'tokenizer.json': plain, 'tokenizer_config.json': '{' };
  t.throws(() => loadTokenizer(folder(broken)), refused(/tokenizer_config\.json/));
  const unknown = { 'tokenizer.json': plain, 'tokenizer_config.json': { pad_token: '<pad>' } };
  t.throws(() => loadTokenizer(folder(unknown)), refused(/its pad_token "<pad>" is not in its vocabulary/));
  t.end();
});
