import fc from 'fast-check';
import t from 'tap';
import { mismatches } from '../../../nodes/preference/mismatches.js';
import { exampleOf } from './trl.js';

const answer = fc.array(fc.integer({ min: 50, max: 99 }), { minLength: 1, maxLength: 4 });
const rows = fc.array(fc.record({ prompt: fc.integer({ min: 2, max: 5 }), answer }), { minLength: 2, maxLength: 20 });

t.test('each prompt gets the answer to another prompt, where there is one', async () => {
  fc.assert(
    fc.property(rows, fc.integer(), (rows, seed) => {
      const examples = rows.map((row) => exampleOf([7, row.prompt], row.answer));
      const several = new Set(rows.map(({ prompt }) => prompt)).size > 1;
      return mismatches(examples, seed, 40).every((foreign, index) => {
        const fits = (row: (typeof rows)[number]) => row.answer.join() === foreign.ids.slice(2).join();
        const own = rows[index]!;
        const others = rows.filter((row) => !several || row.prompt !== own.prompt);
        return (
          foreign.ids[1] === own.prompt &&
          foreign.targets[0] === -100 &&
          foreign.targets.slice(1).join() === [...foreign.ids.slice(2), 0].join() &&
          others.some(fits)
        );
      });
    }),
  );
});

t.test('a foreign answer is cut where it does not fit', async (t) => {
  const examples = [exampleOf([2, 3, 4], [50]), exampleOf([5], [60, 61, 62])];
  const [long, short] = mismatches(examples, 1, 4);
  t.same(long, { ids: [2, 3, 4, 60], targets: [-100, -100, 60, 61] });
  t.same(short, { ids: [5, 50], targets: [50, 0] });
});
