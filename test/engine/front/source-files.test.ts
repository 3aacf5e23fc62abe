import { join } from 'node:path';
import t from 'tap';
import { expandSources } from '../../../engine/source-files.js';
import { folder } from './rig.js';

const one = (...patterns: string[]) => [{ patterns, pointer: '/path' }];

t.test('files by name, by glob, taken away again', async (t) => {
  const { path, write } = await folder(t);
  const names = [
    'p/data/a.jsonl',
    'p/data/b.jsonl',
    'p/data/deep/c.jsonl',
    'p/data/.hidden.jsonl',
    'shared.txt',
    'p/[x].txt',
  ];
  await write(Object.fromEntries(names.map((name) => [name, name])));
  const here = join(path, 'p');
  const namesOf = async (...patterns: string[]) =>
    (await expandSources(one(...patterns), here)).files.map(({ name }) => name);
  t.strictSame(await namesOf('data/a.jsonl'), ['data/a.jsonl']);
  t.strictSame(await namesOf('./data/a.jsonl', 'data/a.jsonl'), ['data/a.jsonl'], 'each once');
  t.strictSame(await namesOf('data/*.jsonl'), ['data/a.jsonl', 'data/b.jsonl']);
  t.strictSame(await namesOf('data/**/*.jsonl', '!data/b.jsonl'), ['data/a.jsonl', 'data/deep/c.jsonl']);
  t.strictSame(await namesOf('data/**/*.jsonl', '!**/[bc].jsonl', 'data/b.jsonl'), ['data/a.jsonl', 'data/b.jsonl']);
  t.strictSame(await namesOf('../shared.txt'), ['../shared.txt']);
  t.strictSame(await namesOf('../*.txt'), ['../shared.txt']);
  t.strictSame(await namesOf(join(path, 'shared.txt')), [join(path, 'shared.txt')], 'an absolute path stays one');
  t.strictSame(await namesOf('[x].txt'), ['[x].txt'], 'a name before it is a pattern');
  const { files } = await expandSources(one('data/a.jsonl'), here);
  t.strictSame(files, [{ name: 'data/a.jsonl', path: join(here, 'data/a.jsonl') }]);
});

t.test('sorted by code points of the name', async (t) => {
  const { path, write } = await folder(t);
  await write({ 'd/\u{1f600}': '', 'd/\ufffd': '', 'd/a': '', 'd/B': '', 'd/ä': '' });
  const { files } = await expandSources(one('d/*'), path);
  t.strictSame(
    files.map(({ name }) => name),
    ['d/B', 'd/a', 'd/ä', 'd/\ufffd', 'd/\u{1f600}'],
  );
});

t.test('what is missing, and what is there instead', async (t) => {
  const { path, write } = await folder(t);
  await write({ 'data/facts.jsonl': '', 'data/notes.txt': '' });
  const hint = async (...patterns: string[]) => (await expandSources(one(...patterns), path)).missing;
  t.strictSame(await hint('data/fact.jsonl'), [
    { pattern: 'data/fact.jsonl', pointer: '/path', hint: 'Did you mean `data/facts.jsonl`?' },
  ]);
  t.match(await hint('data/zzz'), [{ hint: 'Files there: `data/facts.jsonl`, `data/notes.txt`.' }]);
  t.match(await hint('dta/facts.jsonl'), [{ hint: /There is no folder `.*dta`/ }]);
  t.match(await hint('data'), [{ hint: /It is a folder.*`data\/\*`/ }]);
  t.match(await hint('data/*.csv'), [{ hint: 'No file matches the pattern.' }]);
  t.match(await hint('data/*', '!**'), [{ hint: /take every file away/ }]);
  t.strictSame(await hint('data/*', '!data/nothing.txt'), [], 'taking away nothing is no error');
});

t.test('files of npm packages', async (t) => {
  const { path, write } = await folder(t);
  await write({
    'node_modules/facts/data/x.json': '',
    'node_modules/facts/package.json': '{"exports": {}}',
    'node_modules/@scope/words/list.txt': '',
    'a/node_modules/facts/data/y.json': '',
  });
  const here = join(path, 'a/b');
  await write({ 'a/b/p.yaml': '' });
  const namesOf = async (pattern: string, from = path) =>
    (await expandSources(one(pattern), from)).files.map(({ name }) => name);
  t.strictSame(await namesOf('npm:facts/data/x.json'), ['npm:facts/data/x.json'], 'its exports do not matter');
  t.strictSame(await namesOf('npm:facts/data/*.json', here), ['npm:facts/data/y.json'], 'the nearest package');
  t.strictSame(await namesOf('npm:@scope/words/list.txt', here), ['npm:@scope/words/list.txt']);
  t.strictSame(
    await namesOf('npm:world-countries/countries.json'),
    ['npm:world-countries/countries.json'],
    "this package's own",
  );
  const missing = async (pattern: string) => (await expandSources(one(pattern), here)).missing[0]?.hint;
  t.match(await missing('npm:not-there/x'), /npm install not-there/);
  t.match(await missing('npm:facts'), /npm:<package>\/<path>/);
  t.match(await missing('npm:facts/../../secret'), /may not leave/);
  t.match(await missing('npm:../x/y'), /npm:<package>\/<path>/);
  t.match(await missing('npm:facts/data/z.json'), /`data\/y\.json`/);
});
