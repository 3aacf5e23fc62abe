import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { type CanonicalValue, digestCanonical, encodeCanonical } from '../../cache/canonical.js';
import { compareCodePoints } from '../../cache/code-point-order.js';

const hex = (value: unknown): string => Buffer.from(encodeCanonical(value as CanonicalValue)).toString('hex');
const text = (value: unknown): string => Buffer.from(encodeCanonical(value as CanonicalValue)).toString('latin1', 1);

/** Any text, also with lone surrogates. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', '\ud83d', '\ude00', '\ufffd') }),
);
const { tree: values } = fc.letrec<{ tree: CanonicalValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -3, max: 3 }),
    fc.bigInt(),
    anyText,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(anyText, fc.constant('__proto__')), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

/** The inverse of the encoding: where one exists, no two values share their bytes. Whole numbers come back as bigint. */
function decode(bytes: Uint8Array): CanonicalValue {
  let at = 1;
  const view = Buffer.from(bytes);
  const length = (): number => {
    const end = view.indexOf(':', at);
    const found = Number(view.toString('latin1', at, end));
    at = end + 1;
    return found;
  };
  const take = (count: number): Buffer => {
    at += count;
    return view.subarray(at - count, at);
  };
  const next = (): CanonicalValue => {
    const tag = String.fromCharCode(view[at++]!);
    if (tag === 'n') return null;
    if (tag === 't' || tag === 'f') return tag === 't';
    if (tag === 'd') return take(8).readDoubleBE();
    const count = length();
    if (tag === 'i') return BigInt(take(count).toString());
    if (tag === 's') return take(count).toString('utf8');
    if (tag === 'u') return take(count).toString('utf16le');
    if (tag === 'a') return Array.from({ length: count }, next);
    if (tag !== 'o') throw new Error(`unknown tag ${tag}`);
    return Object.fromEntries(Array.from({ length: count }, () => [next() as string, next()]));
  };
  const value = next();
  if (at !== view.length) throw new Error('bytes are left over');
  return value;
}

/** The value with every whole number as a bigint. */
function normal(value: CanonicalValue): CanonicalValue {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normal(item)]));
}

t.test('the encoding can be undone, so that no two values share their bytes', async () => {
  fc.assert(
    fc.property(values, (value) => isDeepStrictEqual(decode(encodeCanonical(value)), normal(value))),
    { numRuns: 500 },
  );
});

t.test('two values have the same bytes exactly when they are the same', async () => {
  const few = fc.constantFrom<CanonicalValue>(0, -0, 0n, 1, '0', '', null, false, [], {}, [0], { a: 0 }, { a: -0 });
  const either = fc.oneof(few, fc.array(few, { maxLength: 2 }), values);
  fc.assert(
    fc.property(either, either, (a, b) => isDeepStrictEqual(normal(a), normal(b)) === (hex(a) === hex(b))),
    { numRuns: 2000 },
  );
});

t.test('the order in which keys were written does not matter', async () => {
  const pairs = fc.uniqueArray(fc.tuple(anyText, values), { selector: ([key]) => key, maxLength: 6 });
  const shuffled = pairs.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
  );
  fc.assert(fc.property(shuffled, ([list, other]) => hex(Object.fromEntries(list)) === hex(Object.fromEntries(other))));
});

t.test('pinned bytes: a change of the encoding changes every key', async (t) => {
  t.equal(
    text({ b: [1, 0.5, null], a: { é: '', '1': true, '': false } }),
    'o2:s1:ao3:s0:fs1:1ts2:Ã©s0:s1:ba3:i1:1d?à\0\0\0\0\0\0n',
  );
  t.equal(
    digestCanonical('lapidary/key/1', { kind: 'data.load', seed: 12345678901234567890n }),
    'sha256:8e254d38800654d6bfd1e04f90a697a1763f1ef8659104528645d4e769192815',
  );
});

t.test('numbers', async (t) => {
  t.equal(hex(7), hex(7n));
  t.equal(hex(-0), hex(0));
  t.equal(hex(1e-5), hex(0.00001));
  t.equal(hex(1e300), hex(BigInt(1e300)));
  t.not(hex(2 ** 53), hex(2n ** 53n + 1n));
  t.not(hex(7), hex('7'));
  t.not(hex(0.1), hex(0.1 + Number.EPSILON));
});

t.test('what looks alike and is not', async (t) => {
  const all = [null, 'null', false, 0, '', [], {}, [null], [[]], { a: null }, ['ab', 'c'], ['a', 'bc'], ['abc']];
  t.equal(new Set(all.map(hex)).size, all.length);
  t.not(hex('\ud800'), hex('\ufffd'), 'a lone surrogate is not its replacement character');
  t.not(hex('é'), hex('e\u0301'), 'no normalisation');
  t.not(hex(JSON.parse('{"__proto__":1}')), hex({}));
});

t.test('what cannot be encoded is refused, with its place', async (t) => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = { again: cyclic };
  const cases: [unknown, RegExp][] = [
    [Number.NaN, /NaN .*at ""/],
    [{ a: [1, Number.POSITIVE_INFINITY] }, /Infinity .*at "\/a\/1"/],
    [{ 'a/b': undefined }, /undefined .*at "\/a~1b"/],
    [[() => 1], /function .*at "\/0"/],
    [new Date(0), /Date/],
    [new Map(), /Map/],
    [Uint8Array.of(1), /Uint8Array/],
    [new Array(2), /undefined .*at "\/0"/],
    [{ [Symbol('s')]: 1 }, /symbol/],
    [cyclic, /contains itself .*at "\/self\/again"/],
  ];
  for (const [value, message] of cases) {
    t.throws(() => encodeCanonical(value as CanonicalValue), { name: 'TypeError', message });
  }
  const shared = {};
  t.doesNotThrow(() => encodeCanonical([shared, shared]), 'the same object twice is no cycle');
});

t.test('one value under two domains has two digests', async (t) => {
  t.not(digestCanonical('a', 1), digestCanonical('b', 1));
  t.not(digestCanonical('a', ['b']), digestCanonical('ab', []));
});

t.test('code-point order is the order of UTF-8 bytes', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      return Math.sign(compareCodePoints(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b));
    }),
  );
  t.same(['\u{1f600}', '\ufffd', 'Z', 'a', ''].sort(compareCodePoints), ['', 'Z', 'a', '\ufffd', '\u{1f600}']);
});
