import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { openStore } from '../../../cache/store.js';
import { contentDifferences, textDifference } from '../../../engine/reproduce/content-difference.js';
import { isTolerated } from '../../../engine/reproduce/verdict.js';

t.test('texts: JSON by value, rows by value, lines as they are', async (t) => {
  t.equal(textDifference('{"a":{"b":[1,2]}}', '{"a":{"b":[1,2.5]}}'), 'a.b.1: 2 → 2.5 (+0.5000)');
  t.equal(textDifference('{"a":1}\n', '{"a":1,"b":null}\n'), 'b: (absent) → null');
  t.equal(textDifference('a\nb\nc\n', 'a\nB\nC\n'), 'line 2: b → B; 2 of 3 lines differ');
  t.equal(textDifference('a\nb', 'a'), 'line 2: b → (absent); 1 of 2 lines differs; 2 → 1 line');
  t.equal(textDifference('{"x":1}\n{"x":2}\n', '{"x":1}\n{"x":4}\n'), 'row 2: x: 2 → 4 (+2); 1 of 2 rows differs');
  t.equal(textDifference('a\n', 'a'), 'only the end of the last line differs');
  t.equal(textDifference('[1]', '[ 1]'), 'line 1: [1] → [ 1]; 1 of 1 line differs');
  t.match(textDifference('{"a": 1}', '{"a":1}'), /^row 1: \{"a": 1\} → \{"a":1\}/, 'same values, other bytes');
});

t.test('whatever the two texts are, something is told', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(fc.json()).map((rows) => rows.join('\n')),
  );
  fc.assert(fc.property(text, text, (a, b) => a === b || textDifference(a, b).length > 0));
});

t.test('folders: files that differ, that are new, that are gone', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lapidary-difference-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const [before, after] = [await openStore(join(root, 'before')), await openStore(join(root, 'after'))];
  const folder = async (name: string, files: Record<string, string | Uint8Array>, link: string) => {
    await mkdir(join(root, name));
    for (const [file, content] of Object.entries(files)) writeFileSync(join(root, name, file), content);
    symlinkSync(link, join(root, name, 'link'));
    return join(root, name);
  };
  const bytes = (...tail: number[]) => Uint8Array.of(255, 254, ...tail);
  const old = await before.publish(await folder('x', { same: 's', gone: 'g', binary: bytes(1, 2) }, 'same'));
  const now = await after.publish(await folder('y', { same: 's', new: 'n', binary: bytes(1, 3, 4) }, 'new'));
  const sides = { before, after };
  t.same(await contentDifferences('out', old, now, sides), [
    { output: 'out/binary', detail: 'first at byte 3; 4 bytes → 5 bytes' },
    { output: 'out/gone', detail: 'it is not there any more' },
    { output: 'out/link', detail: 'a link to same → a link to new' },
    { output: 'out/new', detail: 'it was not there' },
  ]);
  t.same(await contentDifferences('out', old, old, sides), []);
  const describe = async (name: string) => (name === 'out/binary' ? 'as the kinds say' : undefined);
  t.match(await contentDifferences('out', old, now, { ...sides, describe }), [{ detail: 'as the kinds say' }]);
  const file = await after.publish(join(root, 'x', 'same'));
  t.match(await contentDifferences('out', old, file, sides), [{ detail: 'it was a directory, and is a file' }]);
});

t.test('a tolerance is absolute plus relative, and a metric without one must be equal', async (t) => {
  const change = { metric: 'loss', before: -2, after: -2.2 };
  t.ok(isTolerated([change], { loss: { absolute: 0.25 } }));
  t.ok(isTolerated([change], { loss: { relative: 0.11 } }));
  t.ok(isTolerated([change], { loss: { absolute: 0.11, relative: 0.05 } }));
  t.notOk(isTolerated([change], { loss: { absolute: 0.1, relative: 0.04 } }));
  t.notOk(isTolerated([change, { metric: 'other', before: 1, after: 2 }], { loss: { absolute: 1 } }));
  t.notOk(isTolerated([{ metric: 'loss', after: 1 }], { loss: { absolute: 1 } }), 'it was not there');
  t.notOk(isTolerated([], {}), 'a node without a tolerance counts every byte');
  t.ok(isTolerated([], { loss: { absolute: 0 } }), 'other bytes, the same metrics');
});
