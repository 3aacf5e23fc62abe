import fc from 'fast-check';
import t from 'tap';
import { positionOf, renderDiagnostic, summarise } from '../../../engine/code-frame.js';
import type { Diagnostic } from '../../../engine/diagnostic.js';
import { render } from './rig.js';

function at(text: string, part: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const start = text.indexOf(part);
  const location = { file: '/x/pipeline.yaml', start, end: start + part.length };
  return { code: 'unknown-key', severity: 'error', message: 'Unknown key', location, ...more };
}

t.test('a frame', async (t) => {
  const text = 'name: x\nnodes:\n  sft:\n    uses: train\n    with:\n      epoch: 3\n';
  const first = { file: '/x/pipeline.yaml', start: 0, end: 4 };
  const diagnostic = at(text, 'epoch', {
    hint: 'Did you mean `epochs`?',
    related: [{ message: 'see here', location: first }],
  });
  t.equal(
    render(text, diagnostic),
    `error[unknown-key]: Unknown key
  --> pipeline.yaml:6:7
  |
4 |     uses: train
5 |     with:
6 |       epoch: 3
  |       ^^^^^
  note: see here
  --> pipeline.yaml:1:1
  |
1 | name: x
  | ^^^^
  hint: Did you mean \`epochs\`?`,
  );
});

t.test('tabs, CRLF, and a range over several lines', async (t) => {
  const text = 'a: 1\r\nb:\t{ c: 1,\r\n  d: 2 }\r\n';
  t.equal(
    render(text, at(text, '{ c: 1,\r\n  d: 2 }', { severity: 'warning' })),
    `warning[unknown-key]: Unknown key
  --> pipeline.yaml:2:4
  |
1 | a: 1
2 | b:  { c: 1,
  |     ^^^^^^^`,
  );
});

t.test('a wide line is cut around the place', async (t) => {
  const text = `${'x'.repeat(300)} HERE ${'y'.repeat(300)}`;
  const [, , , line, carets] = render(text, at(text, 'HERE')).split('\n');
  t.equal(line, `1 | …${'x'.repeat(75)} HERE ${'y'.repeat(19)}…`);
  t.equal(carets, `  | ${' '.repeat(77)}^^^^`);
});

t.test('an empty range, the end of the file, no place, no text', async (t) => {
  const empty = { file: '/x/pipeline.yaml', start: 5, end: 5 };
  t.equal(
    render('a: 1\n', at('', '', { location: empty })),
    'error[unknown-key]: Unknown key\n  --> pipeline.yaml:2:1\n  |\n1 | a: 1\n2 |\n  | ^',
  );
  const bare: Diagnostic = { code: 'file-not-found', severity: 'error', message: 'No file', hint: 'Look.' };
  t.equal(render('', bare), 'error[file-not-found]: No file\n  hint: Look.');
  t.equal(
    renderDiagnostic(at('abc', 'b'), () => undefined, { color: false }),
    'error[unknown-key]: Unknown key\n  --> /x/pipeline.yaml',
  );
});

t.test('colour is all that colour adds', async (t) => {
  const text = 'a: 1\nb: 2\n';
  const diagnostic = at(text, 'b', {
    hint: 'x',
    related: [{ message: 'y', location: { file: 'f', start: 0, end: 1 } }],
  });
  const colored = renderDiagnostic(diagnostic, () => text, { color: true });
  const esc = String.fromCharCode(27);
  t.ok(colored.includes(`${esc}[31m`));
  t.equal(
    colored.replaceAll(new RegExp(`${esc}\\[[0-9;]*m`, 'g'), ''),
    renderDiagnostic(diagnostic, () => text, { color: false }),
  );
});

t.test('the carets stand below the text that is meant', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', ' ', '\t', '-'), maxLength: 250 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 3 }), line, line, (before, left, right) => {
      const head = [...before, left].join('\n');
      const text = `${head}MARK${right}`;
      const location = { file: 'f', start: head.length, end: head.length + 4 };
      const lines = render(text, at('', '', { location })).split('\n');
      const carets = lines.at(-1)!;
      return lines.at(-2)!.slice(carets.indexOf('^')).startsWith('MARK') && carets.endsWith(' ^^^^');
    }),
    { numRuns: 500 },
  );
});

t.test('lines and columns', async (t) => {
  t.same(positionOf('ab\ncd', 0), { line: 1, column: 1 });
  t.same(positionOf('ab\ncd', 2), { line: 1, column: 3 });
  t.same(positionOf('ab\ncd', 3), { line: 2, column: 1 });
  t.same(positionOf('ab\ncd', 99), { line: 2, column: 3 });
  t.same(positionOf('', 0), { line: 1, column: 1 });
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '\n') }), fc.nat(30), (text, offset) => {
      const before = text.slice(0, offset).split('\n');
      const { line, column } = positionOf(text, offset);
      return line === before.length && column === before.at(-1)!.length + 1;
    }),
  );
});

t.test('a summary', async (t) => {
  const error: Diagnostic = { code: 'cycle', severity: 'error', message: '' };
  const warning: Diagnostic = { code: 'yaml-1.1-difference', severity: 'warning', message: '' };
  t.equal(summarise([error, error, error, warning]), '3 errors, 1 warning');
  t.equal(summarise([warning, warning]), '2 warnings');
  t.equal(summarise([]), '');
});
