import fc from 'fast-check';
import t from 'tap';
import { globMatcher, isPattern } from '../../engine/glob.js';

t.test('patterns match the paths that they mean', (t) => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['a.json', ['a.json'], ['a_json', 'b/a.json', 'a.json2']],
    ['*.json', ['a.json', '.json'], ['a/b.json']],
    ['data/**/*.parquet', ['data/a.parquet', 'data/x/y/a.parquet'], ['a.parquet', 'data/a.csv']],
    ['**', ['a', 'a/b'], []],
    ['part-?.csv', ['part-1.csv'], ['part-10.csv', 'part-/.csv']],
    ['part-[0-3].csv', ['part-2.csv'], ['part-4.csv', 'part--.csv']],
    ['part-[!0-3].csv', ['part-4.csv'], ['part-2.csv', 'part-/.csv']],
    ['{a,b/{c,d}}.txt', ['a.txt', 'b/c.txt', 'b/d.txt'], ['b.txt', 'c.txt']],
    ['\\*\\{a\\}', ['*{a}'], ['x{a}', 'a']],
    ['{a\\,b,c}', ['a,b', 'c'], ['a', 'b']],
    ['a[', ['a['], ['a']],
    ['a{b', ['a{b'], ['ab']],
    ['a+b(1)$', ['a+b(1)$'], ['aab1']],
    ['[^a].txt', ['^.txt', 'a.txt'], ['b.txt']],
  ];
  for (const [pattern, matching, others] of cases) {
    const matches = globMatcher(pattern);
    for (const path of matching) t.ok(matches(path), `${pattern} matches ${path}`);
    for (const path of others) t.notOk(matches(path), `${pattern} does not match ${path}`);
  }
  t.end();
});

t.test('any text is a pattern, and escaped it matches itself', (t) => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      globMatcher(text);
      const escaped = text.replace(/[\\*?[\]{}]/g, '\\$&');
      t.ok(globMatcher(escaped)(text) && !isPattern(escaped));
    }),
  );
  t.end();
});
