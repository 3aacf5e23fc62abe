import t from 'tap';
import { parse } from '../../../engine/parse.js';
import { findings, outline, value } from './rig.js';

const parseText = (text: string) => parse({ file: 'p.yaml', text });
const read = (text: string) => value(parseText(text)).value;
const wrong = (text: string) => outline(text, findings(parseText(text)));
const warnings = (text: string) => {
  const result = parseText(text);
  return result.ok ? result.warnings : [];
};

t.test('YAML 1.2, core schema', async (t) => {
  t.strictSame(read('a: [1, 1.5, 1e-3, 0x10, 0o14, 012, -0.0, true, null, ~, yes, "1", 2001-01-01]\n'), {
    a: [1, 1.5, 0.001, 16, 12, 12, 0, true, null, null, 'yes', '1', '2001-01-01'],
  });
  t.ok(Object.is((read('a: -0.0') as { a: number }).a, 0), 'there is one zero');
  t.strictSame(read('{"json": {"is": ["yaml", 1]}}'), { json: { is: ['yaml', 1] } });
  t.strictSame(read(''), null);
  t.strictSame(read('# nothing\n'), null);
  t.strictSame(read('a: &x {b: [1]}\nc: *x\nd: [*x]\n'), { a: { b: [1] }, c: { b: [1] }, d: [{ b: [1] }] });
  t.strictSame(read('a: 1\r\nb: |\r\n  x\r\n  y\r\n'), { a: 1, b: 'x\ny\n' });
  t.strictSame(read('toString: 1\nhasOwnProperty: 2\n'), { toString: 1, hasOwnProperty: 2 });
});

t.test('integers stay exact', async (t) => {
  t.strictSame(read('[9007199254740991, -9007199254740991, 9007199254740992, 12345678901234567890]'), [
    9007199254740991,
    -9007199254740991,
    9007199254740992n,
    12345678901234567890n,
  ]);
  const digits = '7'.repeat(5000);
  t.strictSame(read(`a: ${digits}`), { a: BigInt(digits) });
  t.strictSame(wrong('a: [1, 1e999, .inf, -.INF, .nan]\n'), [
    'invalid-value 1:8',
    'invalid-value 1:15',
    'invalid-value 1:21',
    'invalid-value 1:28',
  ]);
});

t.test('all syntax errors at once', async (t) => {
  t.strictSame(wrong('a: "x\\q"\nb: @y\nc: {d: 1\n'), ['yaml-syntax 1:6', 'yaml-syntax 2:4', 'yaml-syntax 4:1']);
  t.strictSame(wrong('a:\n\t- 1\n'), ['yaml-syntax 2:1']);
  t.equal(
    wrong('a:\n  b: { c: [} }\n  d: { e: 1 }\n  f: { g: 1 }\n').length,
    1,
    'what follows from the first slip is not told',
  );
  t.match(findings(parseText('a:\n\tb: 1\n'))[0], { message: /Tabs/, hint: 'Indent with spaces.' });
  t.strictSame(wrong('a: 1\n---\nb: 2\n'), ['yaml-syntax 3:1']);
  t.strictSame(wrong('%YAML 1.1\n---\na: yes\n'), ['yaml-syntax 1:1']);
  t.strictSame(wrong('a: \0\n'), ['yaml-syntax 1:4']);
  t.ok(findings(parseText('}'.repeat(5000))).length <= 20, 'noise is cut short');
});

t.test('keys: duplicate, forbidden, not text', async (t) => {
  const text = 'a: 1\nb: {c: 1, "c": 2}\na: 3\n';
  t.strictSame(wrong(text), ['duplicate-key 2:11', 'duplicate-key 3:1']);
  t.match(findings(parseText(text))[1]?.related?.[0]?.location, { start: 0, end: 1 }, 'the first is shown too');
  t.strictSame(wrong('__proto__: {polluted: 1}\na: {constructor: {prototype: 1}}\n"__proto__": 1\n'), [
    'forbidden-key 1:1',
    'forbidden-key 2:5',
    'forbidden-key 2:19',
    'forbidden-key 3:1',
  ]);
  t.notOk('polluted' in {}, 'no prototype was touched');
  t.strictSame(wrong('1: a\ntrue: b\n? [x]\n: c\n'), ['wrong-type 1:1', 'wrong-type 2:1', 'wrong-type 3:3']);
  t.strictSame(wrong('a: &x {b: 1}\nc:\n  <<: *x\n'), ['forbidden-key 3:3']);
  t.strictSame(read('"<<": 1'), { '<<': 1 }, 'in quotes it is a key like any other');
});

t.test('tags are refused', async (t) => {
  t.strictSame(wrong('a: !!binary aGk=\nb: !mine {c: 1}\nc: !!str 1\n'), [
    'yaml-syntax 1:13',
    'yaml-syntax 2:10',
    'yaml-syntax 3:10',
  ]);
});

t.test('aliases: bounded, and never endless', async (t) => {
  const names = 'abcdefghijklmnop'.split('');
  const bomb = names.map((name, index) => {
    const items = Array.from({ length: 9 }, () => (index === 0 ? 'x' : `*${names[index - 1]}`));
    return `${name}: &${name} [${items.join(', ')}]\n`;
  });
  const started = performance.now();
  const found = findings(parseText(bomb.join('')));
  t.strictSame(
    found.map(({ code }) => code),
    ['yaml-alias-bomb'],
  );
  t.ok(performance.now() - started < 500);
  t.strictSame(wrong('a: &a [1, *a]\n'), ['yaml-alias-bomb 1:11']);
  t.strictSame(wrong('a: *b\nb: &b 1\n'), ['yaml-syntax 1:4']);
  const chain = Array.from({ length: 200 }, (_, index) => `k${index}: &k${index} [${index ? `*k${index - 1}` : ''}]\n`);
  t.match(findings(parseText(chain.join('')))[0]?.code, 'yaml-alias-bomb', 'deep by aliases alone');
  t.strictSame(read('a: &x 1\nb: &x 2\nc: *x\n'), { a: 1, b: 2, c: 2 }, 'the last anchor before it counts');
});

t.test('deep nesting is an error, not a crash', async (t) => {
  const deep: Record<string, string> = {
    flow: '['.repeat(10_000),
    closed: `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    maps: '{a: '.repeat(10_000),
    list: `${'- '.repeat(10_000)}x\nb: 1`,
    keys: `${'? '.repeat(10_000)}x\nb: 1`,
    block: Array.from({ length: 3000 }, (_, index) => `${' '.repeat(index)}a:\n`).join(''),
  };
  for (const [name, text] of Object.entries(deep)) {
    t.match(findings(parseText(text)), [{ code: 'yaml-syntax', message: /more than 100 levels deep/ }], name);
  }
  const fits = `${'['.repeat(100)}1${']'.repeat(100)}`;
  t.equal(JSON.stringify(read(fits)), fits, '100 levels are fine');
});

t.test('warns where YAML 1.1 reads otherwise', async (t) => {
  const text = 'a: yes\nb: 1e-5\nc: "no"\nd: 1_000\ne: 12:30\nf: 012\ng: 0o14\nh: ok\ni: 1.0e-5\n';
  t.strictSame(outline(text, warnings(text)), [
    'yaml-1.1-difference 1:4',
    'yaml-1.1-difference 2:4',
    'yaml-1.1-difference 4:4',
    'yaml-1.1-difference 5:4',
    'yaml-1.1-difference 6:4',
    'yaml-1.1-difference 7:4',
  ]);
  t.match(warnings(text)[1], { severity: 'warning', hint: 'Write 1.0e-5.' });
});
