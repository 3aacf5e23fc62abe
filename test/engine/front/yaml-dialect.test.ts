import t from 'tap';
import { parseDocument } from 'yaml';
import { dialectDifference } from '../../../engine/yaml-dialect.js';

t.test('what each version makes of it', async (t) => {
  const cases: Record<string, readonly [string, string]> = {
    yes: ['text', 'a boolean'],
    Off: ['text', 'a boolean'],
    y: ['text', 'a boolean'],
    '012': ['the number 12', 'the octal number 10'],
    '-012': ['the number -12', 'the octal number -10'],
    '08': ['the number 8', 'text'],
    '0o14': ['the number 12', 'text'],
    '0b101': ['text', 'a binary number'],
    '1e-5': ['a number', 'text'],
    '1.5e3': ['a number', 'text'],
    '1_000': ['text', 'a number'],
    '1_000.5': ['text', 'a number'],
    '12:30': ['text', 'a number in base 60'],
    '2001-12-14': ['text', 'a date'],
  };
  for (const [source, [here, there]] of Object.entries(cases))
    t.match(dialectDifference(source), { here, there }, source);
});

t.test('nothing to say', async (t) => {
  const same = [
    'true',
    'null',
    '7',
    '07',
    '0',
    '-3',
    '1.5',
    '1.0e-5',
    '1.5e+3',
    '.5',
    '0x1F',
    'yes please',
    'v1_000',
    '12:99',
    'a',
    '',
  ];
  for (const source of same) t.equal(dialectDifference(source), undefined, source);
});

t.test('the number that a hint proposes is the same number, to both versions', async (t) => {
  for (const source of ['1e-5', '1e5', '3E4', '2.5e3', '-1e-5', '5.e2', '0o17', '012', '08']) {
    const proposed = /Write ([^ ,]+?)[.,]?(?: |,|$)/.exec(dialectDifference(source)?.hint ?? '')?.[1] ?? '';
    const read = (text: string, version: '1.1' | '1.2') => parseDocument(text, { version }).toJS();
    t.equal(read(proposed, '1.2'), read(source, '1.2'), `${source} → ${proposed}`);
    t.equal(read(proposed, '1.1'), read(source, '1.2'), `${source} → ${proposed}, YAML 1.1`);
  }
});
