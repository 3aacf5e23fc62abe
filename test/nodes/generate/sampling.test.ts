import fc from 'fast-check';
import t from 'tap';
import { chooseToken, type Sampling } from '../../../nodes/generate/sampling.js';

const logits = Float32Array.from([Math.log(0.1), Math.log(0.5), Math.log(0.1), Math.log(0.3)]);
const all: Sampling = { sample: true, temperature: 1, topK: 0, topP: 1 };
const choose = (change: Partial<Sampling>, uniform: number) =>
  chooseToken(logits, { ...all, ...change }, () => uniform);

t.test('the likeliest, and the first of equals', async (t) => {
  t.equal(choose({ sample: false }, 0.99), 1);
  t.equal(
    chooseToken(Float32Array.from([1, 3, 3]), { ...all, sample: false }, () => 0),
    1,
  );
});

t.test('draws follow the probabilities, from the likeliest down', async (t) => {
  t.same(
    [0, 0.49, 0.51, 0.79, 0.81, 0.89, 0.91, 0.999].map((u) => choose({}, u)),
    [1, 1, 3, 3, 0, 0, 2, 2],
  );
});

t.test('top-k, top-p and temperature narrow the choice', async (t) => {
  t.same(
    [0, 0.6, 0.7, 0.999].map((u) => choose({ topK: 2 }, u)),
    [1, 1, 3, 3],
  );
  t.equal(choose({ topP: 0.5 }, 0.999), 1, 'the likeliest alone reaches a half');
  t.equal(choose({ topP: 0.51 }, 0.999), 3);
  t.equal(choose({ temperature: 0.01 }, 0.999), 1);
  t.equal(choose({ temperature: 1000 }, 0.3), 3, 'nearly even');
});

t.test('top-k keeps what a full sort keeps', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 50 }),
      fc.float({ min: 0, max: Math.fround(0.999), noNaN: true }),
      (values, topK, uniform) => {
        const whole = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
        const kept = new Set(whole.slice(0, topK));
        const masked = Float32Array.from(values, (value, id) => (kept.has(id) ? value : Number.NEGATIVE_INFINITY));
        const draw = () => uniform;
        return (
          chooseToken(Float32Array.from(values), { ...all, topK }, draw) === chooseToken(masked, all, draw) &&
          chooseToken(Float32Array.from(values), { ...all, topK: 1 }, draw) === whole[0]
        );
      },
    ),
  );
});

t.test('logits that are no numbers give no token', async (t) => {
  const broken = new Float32Array(3).fill(Number.NaN);
  t.equal(
    chooseToken(broken, all, () => 0.5),
    -1,
  );
  t.equal(
    chooseToken(broken, { ...all, sample: false }, () => 0.5),
    -1,
  );
});

t.test('a draw among all is the one that sorting would find', async (t) => {
  const logit = fc.oneof(
    fc.float({ min: -60, max: 60, noNaN: true }),
    fc.constantFrom(0, -0, 3, Number.NEGATIVE_INFINITY),
  );
  const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.array(logit, { maxLength: 80 }), uniform, fc.constantFrom(0.3, 1, 2.5), (list, u, temperature) => {
      const values = Float32Array.from(list);
      // A limit that limits nothing takes the way of sorting.
      const sorted = chooseToken(values, { ...all, temperature, topK: values.length }, () => u);
      return chooseToken(values, { ...all, temperature }, () => u) === sorted;
    }),
  );
  t.equal(
    chooseToken(Float32Array.of(), all, () => 0.5),
    -1,
  );
  t.equal(
    chooseToken(Float32Array.of(Number.NEGATIVE_INFINITY), all, () => 0.5),
    -1,
  );
  t.equal(
    chooseToken(Float32Array.of(0, -50, Number.NEGATIVE_INFINITY), all, () => 1),
    1,
    'also when rounding leaves a rest',
  );
});
