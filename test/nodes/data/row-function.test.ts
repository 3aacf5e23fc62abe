/** What a user's function over rows may give. */
import t from 'tap';
import { Failure } from '../../../engine/failure.js';
import { filterReason, mappedRows, openRowFunction } from '../../../nodes/data/row-function.js';

const failure = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return `${error.code}: ${error.message}`;
  }
  return '';
};

t.test('a mapper', async (t) => {
  t.same(mappedRows({ text: 'a' }, 1), [{ text: 'a' }]);
  t.same(mappedRows([{ text: 'a' }, { text: 'b' }], 1), [{ text: 'a' }, { text: 'b' }]);
  for (const none of [undefined, null, []]) t.same(mappedRows(none, 1), []);
  t.match(
    failure(() => mappedRows(7, 3)),
    /^function-no-row: row 3: .* not the number 7/,
  );
  t.match(
    failure(() => mappedRows([{}, 'text'], 3)),
    /not the string "text"/,
  );
});

t.test('a filter', async (t) => {
  t.equal(filterReason(true, 1), undefined);
  t.match(filterReason(false, 1), /false/);
  t.equal(filterReason('too long', 1), 'too long');
  for (const other of [null, undefined, 1, ''])
    t.match(
      failure(() => filterReason(other, 2)),
      /^function-no-answer: row 2/,
    );
});

t.test('what it throws is told with the row; its own failures are as they are', async (t) => {
  const call = await openRowFunction({
    userFunction: async () => (row: { own?: boolean }) => {
      throw row.own ? new Failure('mine', 'as it is') : new RangeError('too far');
    },
  });
  await t.rejects(call({}, 4), { code: 'function-threw', message: /row 4: .*RangeError: too far/ });
  await t.rejects(call({ own: true }, 4), { code: 'mine', message: 'as it is' });
});
