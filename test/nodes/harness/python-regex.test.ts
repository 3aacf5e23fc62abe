import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { exactMatch, readExactMatch } from '../../../nodes/harness/exact-match.js';
import { readFilters } from '../../../nodes/harness/filters.js';
import { pythonRegex } from '../../../nodes/harness/python-regex.js';

const { texts, regexes } = JSON.parse(readFileSync(resolve('test/nodes/harness/fixtures/lm-eval.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly regexes: readonly {
    readonly pattern: string;
    readonly first: readonly string[];
    readonly last: readonly string[];
    readonly without: readonly string[];
  }[];
};

t.test('regular expressions find what Python finds', (t) => {
  for (const { pattern, first, last, without } of regexes) {
    const filter = (options: object) =>
      readFilters([{ name: 'f', filter: [{ function: 'regex', regex_pattern: pattern, ...options }] }], 'task')[0]!;
    t.same(texts.map(filter({}).apply), first, pattern);
    t.same(texts.map(filter({ group_select: -1, fallback: 'none' }).apply), last, `${pattern}, the last`);
    t.same(
      texts.map((text) => text.replace(pythonRegex(pattern, 'task'), '')),
      without,
      `${pattern}, taken away`,
    );
  }
  t.end();
});

t.test('what JavaScript has not is refused', (t) => {
  for (const pattern of ['(?x) a', '(?P=name)', '(?(1)a|b)', '\\N{DASH}', '(a', 'a**']) {
    t.throws(() => pythonRegex(pattern, 'task.yaml'), { code: 'harness-unsupported', message: /task.yaml/ }, pattern);
  }
  t.end();
});

t.test('exact matches, up to what is ignored', (t) => {
  const options = readExactMatch(
    { ignore_punctuation: true, ignore_numbers: true, regexes_to_ignore: ['\\s'] },
    'task',
  );
  t.equal(exactMatch(' a-b 1', ['ab'], options), 1);
  t.equal(exactMatch('A', ['a'], options), 0);
  t.equal(exactMatch('“a”', ['a'], options), 0, 'only the punctuation of ASCII');
  t.throws(() => readExactMatch({ ignore_case: 'yes' }, 'task'), { message: /ignore_case .* must be true or false/ });
  t.end();
});
