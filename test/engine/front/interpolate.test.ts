import t from 'tap';
import { readArgument } from '../../../engine/expand.js';
import { interpolate, type Scope } from '../../../engine/interpolate.js';

const scope: Scope = {
  params: new Map([
    ['rate', { value: 1e-5, environment: [], broken: false }],
    ['seed', { value: 2n ** 64n, environment: [], broken: false }],
    ['sizes', { value: [1, 2], environment: ['HOME'], broken: false }],
    ['lost', { value: null, environment: [], broken: true }],
  ]),
  environment: { HOME: '/root', EMPTY: '' },
};
const run = (value: string) => interpolate(value, '/x', scope);

t.test('the whole value keeps its type, a part becomes text', async (t) => {
  t.strictSame(run('${params.rate}').value, 1e-5);
  t.strictSame(run('${ params.seed }').value, 2n ** 64n);
  t.strictSame(run('${params.sizes}').value, [1, 2]);
  t.strictSame(run('${env.HOME}').value, '/root');
  t.strictSame(run('${env.EMPTY}').value, '');
  t.strictSame(run('a-${params.rate}-${params.seed}').value, 'a-0.00001-18446744073709551616');
  t.strictSame(run('$${params.rate} costs 5$').value, '${params.rate} costs 5$');
  t.strictSame(run('$$${params.rate}').value, '$${params.rate}');
  t.strictSame(run('{{ row.name }} $x').value, '{{ row.name }} $x', 'other templates are left alone');
});

t.test('what was used is told', async (t) => {
  const { uses } = interpolate({ a: ['${params.sizes}'], b: 'in ${env.HOME}' }, '/with', scope);
  t.strictSame(
    [...uses],
    [
      ['/with/a/0', { params: ['sizes'], environment: ['HOME'], secrets: [] }],
      ['/with/b', { params: [], environment: ['HOME'], secrets: [] }],
    ],
  );
});

t.test('what cannot be resolved', async (t) => {
  const code = (text: string) => run(text).findings.map((found) => found.code);
  t.strictSame(code('${params.rte}'), ['unknown-parameter']);
  t.equal(run('${params.rte}').findings[0]?.hint, 'Did you mean `rate`?');
  t.strictSame(code('${env.NOPE} ${params.nope}'), ['unknown-variable', 'unknown-parameter']);
  t.strictSame(code('${env.toString}'), ['unknown-variable']);
  t.strictSame(code('${matrix.x}'), ['invalid-value']);
  t.strictSame(code('${rate}'), ['invalid-value']);
  t.strictSame(code('${}'), ['invalid-value']);
  t.strictSame(code('a ${params.rate'), ['invalid-value']);
  t.strictSame(code('n = ${params.sizes}'), ['wrong-type']);
  t.match(run('${params.lost}'), { findings: [], broken: ['/x'] }, 'one error is told once');
  const inside = interpolate('${params.rate}', '/params/y', { environment: {} });
  t.match(inside.findings, [{ code: 'invalid-value', message: /may not refer to another/ }]);
});

t.test('arguments are read as scalars or flow collections', async (t) => {
  t.strictSame(readArgument('3e-4'), 3e-4);
  t.strictSame(readArgument('12345678901234567890'), 12345678901234567890n);
  t.strictSame(readArgument('true'), true);
  t.strictSame(readArgument('"12"'), '12');
  t.strictSame(readArgument('[1, 2]'), [1, 2]);
  t.strictSame(readArgument(''), '');
  for (const text of ['Q: why?', '- a', '*x', '@y', '[open', '__proto__: 1', '{__proto__: 1}']) {
    t.strictSame(readArgument(text), text, text);
  }
});
