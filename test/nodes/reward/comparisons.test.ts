import fc from 'fast-check';
import t from 'tap';
import { comparisonsOf, ranksOf } from '../../../nodes/reward/comparisons.js';

t.test('all pairs, by ranks', (t) => {
  t.same(ranksOf({ ranking: [2, 0, 1] }), [1, 2, 0]);
  t.same(
    comparisonsOf({ ranking: [2, 0, 1] }).map(({ better, worse, distance }) => [better, worse, distance]),
    [
      [2, 0, 1],
      [2, 1, 2],
      [0, 1, 1],
    ],
  );
  t.end();
});

t.test('tied responses share a rank and are not compared', (t) => {
  const row = { ranking: [3, 1, 0, 2], ties: [[0, 1]] };
  t.same(ranksOf(row), [1, 1, 2, 0]);
  t.same(
    comparisonsOf(row).map(({ better, worse, distance }) => [better, worse, distance]),
    [
      [3, 1, 1],
      [3, 0, 1],
      [3, 2, 2],
      [1, 2, 1],
      [0, 2, 1],
    ],
  );
  t.same(comparisonsOf({ ranking: [1, 0], ties: [[0, 1]] }), []);
  t.same(
    ranksOf({
      ranking: [0, 1, 2, 3],
      ties: [
        [1, 0],
        [3, 2],
      ],
    }),
    [0, 0, 1, 1],
    'two ties beside each other',
  );
  t.same(ranksOf({ ranking: [0, 1], ties: null }), [0, 1]);
  t.end();
});

const rankedWithTies = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 8 }).map((levels) => {
  const ranking = [...levels.keys()].sort((a, b) => levels[a]! - levels[b]! || a - b);
  const groups = [...new Set(levels)].map((level) => ranking.filter((response) => levels[response] === level));
  return { levels, ranking, ties: groups.filter((group) => group.length > 1) };
});

t.test('comparisons are exactly the pairs of unlike levels, the better one first', (t) => {
  fc.assert(
    fc.property(rankedWithTies, ({ levels, ...row }) => {
      const found = comparisonsOf(row);
      const expected = levels.flatMap((a, i) => levels.flatMap((b, j) => (a < b ? [`${i} ${j}`] : [])));
      const dense = [...new Set(levels)].sort();
      return (
        found.length === expected.length &&
        found.every(({ better, worse }) => expected.includes(`${better} ${worse}`)) &&
        found.every(
          ({ better, worse, distance }) =>
            distance === dense.indexOf(levels[worse]!) - dense.indexOf(levels[better]!) && distance > 0,
        )
      );
    }),
  );
  t.end();
});
