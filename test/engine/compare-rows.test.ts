import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { compareRows } from '../../engine/compare-rows.js';

t.test('rows are compared as multisets', async (t) => {
  const folder = t.testdir({});
  const write = (name: string, rows: readonly unknown[]) => {
    const path = join(folder, name);
    writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return path;
  };
  const rows = (...texts: string[]) => texts.map((text) => ({ text }));
  const compared = await compareRows(write('a', rows('x', 'x', 'y', 'z')), write('b', rows('z', 'x', 'w', 'y', 'v')));
  t.same(compared, { before: 4, after: 5, added: 2, removed: 1 });
  const long = 'l'.repeat(1000);
  t.same(await compareRows(write('a', rows(long)), write('b', rows(`${long}!`))), {
    before: 1,
    after: 1,
    added: 1,
    removed: 1,
  });

  const texts = fc.array(fc.string({ maxLength: 3 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(texts, texts, async (before, after) => {
      const found = (await compareRows(write('a', rows(...before)), write('b', rows(...after))))!;
      return found.before - found.removed === found.after - found.added && found.removed <= before.length;
    }),
    { numRuns: 50 },
  );
});

t.test('what holds no rows is not compared', async (t) => {
  const folder = t.testdir({ json: '{\n "a": 1\n}\n', text: 'a text\n', list: '[1]\n', rows: '{"a":1}\n' });
  for (const name of ['json', 'text', 'list']) {
    t.equal(await compareRows(join(folder, name), join(folder, 'rows')), undefined, name);
    t.equal(await compareRows(join(folder, 'rows'), join(folder, name)), undefined, name);
  }
});
