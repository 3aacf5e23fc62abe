/** Whatever the fast reader reads, the real parser reads too, to the same value and without a word of warning. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { pipelineOf, shapes } from '../../../bench/scale/shapes.js';
import { parseFully } from '../../../engine/parse.js';
import { parsePlain } from '../../../engine/parse-plain.js';

/** Compares the two readers; returns whether the fast one could read it. */
function compare(text: string): boolean {
  const plain = parsePlain(text);
  if (plain === undefined) return false;
  const real = parseFully({ file: 'p.yaml', text });
  if (!real.ok) throw new Error(`${JSON.stringify(text)} is wrong: ${real.diagnostics[0]?.message}`);
  const [a, b] = [plain, real.value.value].map((value) =>
    JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)),
  );
  if (a !== b) throw new Error(`${JSON.stringify(text)}: ${a}, and it is ${b}`);
  if (real.warnings.length > 0)
    throw new Error(`${JSON.stringify(text)} draws a warning: ${real.warnings[0]!.message}`);
  return true;
}

const piece = fc.constantFrom(
  ...[
    'a',
    'b_1',
    'null',
    'yes',
    'True',
    '0',
    '-1',
    '012',
    '1.5',
    '1e3',
    '1.0e-5',
    '-0.0',
    '.5',
    '5.',
    '0x1f',
    '1_000',
    '-',
  ],
  ...[
    '2026-01-01',
    '12:30',
    '${params.x}',
    'a b',
    'a  b',
    'x.y',
    './p',
    '../p',
    '*x',
    '&x',
    '!t',
    '|',
    '>',
    '~',
    '<<',
    'n[*].p',
  ],
  ...[
    '"q"',
    "'q'",
    "'it''s'",
    '"a\\n"',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ': ',
    ' ',
    '  ',
    '\n',
    '\n  ',
    '\n    ',
  ],
  ...[
    '- ',
    '-',
    '#',
    ' # c',
    '\n# c\n',
    '---',
    '...',
    '%',
    '@',
    '`',
    '?',
    '? ',
    '\t',
    'é',
    '__proto__',
    '=',
    '(',
    ')',
    '+',
  ],
);
const noise = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));

const word = fc.constantFrom('a', 'b', 'sft', '1', '0.25', 'true', 'null', '"text: x"', "'a # b'", 'x.y', '-3', 'a b');
const { flow } = fc.letrec<{ flow: string }>((tie) => ({
  flow: fc.oneof(
    { weight: 3, arbitrary: word },
    fc.array(tie('flow'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc
      .uniqueArray(fc.constantFrom('k', 'l', 'm_1'), { maxLength: 3 })
      .chain((keys) => fc.tuple(...keys.map(() => tie('flow'))).map((all) => keys.map((key, i) => `${key}: ${all[i]}`)))
      .map((pairs) => `{ ${pairs.join(', ')} }`),
  ),
}));
/** Blocks by nesting: key → a flow value, a list, nothing, or a block. */
const { block } = fc.letrec<{ block: string[]; entry: string[] }>((tie) => ({
  block: fc
    .uniqueArray(fc.constantFrom('k', 'l', 'm_1', 'name'), { minLength: 1, maxLength: 3 })
    .chain((keys) =>
      fc
        .tuple(...keys.map(() => tie('entry')))
        .map((all) => keys.flatMap((key, i) => [`${key}:${all[i]![0]}`, ...all[i]!.slice(1)])),
    ),
  entry: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(flow, fc.constantFrom('', ' # c', '  ')).map(([value, end]): string[] => [` ${value}${end}`]),
    fc.constant<string[]>(['']),
    fc.array(flow, { minLength: 1, maxLength: 3 }).map((items) => ['', ...items.map((item) => `  - ${item}`)]),
    tie('block').map((lines) => ['', ...lines.map((line) => `  ${line}`)]),
  ),
}));
const plain = block.map((lines) => `${lines.join('\n')}\n`);

t.test('texts that are nearly plain', async (t) => {
  let read = 0;
  fc.assert(
    fc.property(plain, (text) => {
      if (compare(text)) read++;
    }),
    { numRuns: 1500 },
  );
  t.ok(read > 1000, `${read} of 1500 are read`);
});

t.test('plain texts into which something was put', async () => {
  fc.assert(
    fc.property(plain, fc.nat(), fc.nat({ max: 3 }), noise, (text, at, cut, extra) => {
      const place = at % (text.length + 1);
      compare(text.slice(0, place) + extra + text.slice(place + cut));
    }),
    { numRuns: 3000 },
  );
});

t.test('noise', async () => {
  fc.assert(
    fc.property(noise, (text) => {
      compare(text);
      compare(`a: ${text}`);
      compare(`a: { b: ${text} }`);
      compare(`a:\n  - ${text}\n`);
    }),
    { numRuns: 1500 },
  );
});

t.test('each piece where a value stands', async (t) => {
  t.ok(compare('a: 1\nb:\n  c: [x, { z: "z" }]\n  d: ${params.x}\n  e:\n    - 1\n    - a # c\nf:\n'));
  t.same(parsePlain('a: -0.0\nb: 1.50\nc:\nd: []\ne: {}\n'), { a: 0, b: 1.5, c: null, d: [], e: {} });
  for (const text of ['a: yes', 'a: 012', 'a: 1e-5', 'a: *x', 'a: b: c', 'a:b', 'a: 1\na: 2', '- a', 'a', '']) {
    t.equal(parsePlain(text), undefined, text);
  }
  for (const text of [
    'a: x\n  y',
    'a: "x"\n  y',
    'a: {\n  b: 1 }',
    'a: |\n  x',
    '  a: 1\nb: 2',
    'a:\n    b: 1\n  c: 2',
  ]) {
    t.equal(parsePlain(text), undefined, text);
  }
});

t.test('the pipelines of this project, and those of the benchmark', async (t) => {
  for (const folder of ['pipelines', 'test/end-to-end/fixtures']) {
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.yaml'))) {
      compare(readFileSync(`${folder}/${name}`, 'utf8'));
    }
  }
  for (const shape of shapes) t.ok(compare(pipelineOf(shape, 600)), `${shape} is read fast`);
});
