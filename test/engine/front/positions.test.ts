import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { stringify } from 'yaml';
import { child } from '../../../engine/json-pointer.js';
import { parse } from '../../../engine/parse.js';
import type { Json } from '../../../engine/spec.js';
import { value } from './rig.js';

const read = (text: string) => value(parse({ file: 'p.yaml', text }));

const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 6 }), tie('json'), { maxKeys: 4 }),
  ),
})).json;

function everyPointer(item: Json, pointer = ''): [string, Json][] {
  const inner =
    item === null || typeof item !== 'object'
      ? []
      : Object.entries(item).flatMap(([key, entry]) => everyPointer(entry as Json, child(pointer, key)));
  return [[pointer, item], ...inner];
}

t.test('the text at each position says the value that is there', async (t) => {
  let checked = 0;
  const holds = (text: string) => {
    const { value: whole, positions } = read(text);
    for (const [pointer, expected] of everyPointer(whole)) {
      const { start, end } = positions.value(pointer);
      // A block that begins within a line keeps its indentation.
      const column = start - (text.lastIndexOf('\n', start - 1) + 1);
      const again = read(' '.repeat(column) + text.slice(start, end)).value;
      if (!isDeepStrictEqual(again, expected)) {
        throw new Error(`${pointer}: ${JSON.stringify(text.slice(start, end))} in ${JSON.stringify(text)}`);
      }
      checked++;
    }
  };
  const allowed = json.filter((item) => !/__proto__|constructor|prototype|\\u007f|\x7f/.test(JSON.stringify(item)));
  fc.assert(
    fc.property(allowed, fc.boolean(), (item, flow) =>
      // Folded text would need its parent's indentation to be read alone.
      holds(flow ? JSON.stringify(item) : stringify(item, { defaultStringType: 'QUOTE_DOUBLE', lineWidth: 0 })),
    ),
    { numRuns: 300 },
  );
  t.ok(checked > 500, `${checked} positions`);
});

t.test('keys, escapes, aliases, and what is not there', async (t) => {
  const text = 'a/b: {c~d: 1}\nlist:\n  - x\n  - y: 2\nanchor: &n {deep: 7}\nuse: *n\nempty:\n';
  const { positions } = read(text);
  const slice = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  t.equal(slice(positions.key('/a~1b/c~0d')), 'c~d');
  t.equal(slice(positions.value('/a~1b/c~0d')), '1');
  t.equal(slice(positions.key('/a~1b')), 'a/b');
  t.equal(slice(positions.value('/list/1/y')), '2');
  t.equal(slice(positions.key('/list/0')), 'x');
  t.equal(slice(positions.value('/use')), '*n');
  t.equal(slice(positions.value('/use/deep')), '7', 'an alias leads to its anchor');
  t.equal(slice(positions.value('/list/1/nothing/here')).trim(), 'y: 2', 'the nearest that exists');
  t.equal(slice(positions.key('/nothing')).trim(), text.trim(), 'the whole file, where nothing is nearer');
  t.match(positions.value('/empty'), { start: text.length - 1, end: text.length - 1 });
});
