import t from 'tap';
import type { RunRecord } from '../../../engine/record.js';
import { sharedRowCounter } from '../../../nodes/html-report/gather-leaks.js';
import { findLeaks } from '../../../nodes/html-report/leaks.js';
import { writeDataset } from '../tiny-model.js';

const rows = Array.from({ length: 6 }, (_, index) => ({
  prompt: `Question ${index}`,
  completion: `answer ${index}`,
  id: index,
}));
const files: Record<string, string> = {
  'split.train': writeDataset(rows.slice(0, 4)),
  'split.validation': writeDataset([{ ...rows[0], prompt: ' question  0', id: 99 }, rows[4]!]),
  'split.test': writeDataset([rows[5]!]),
};
/** Nodes: two trainings, one after the other, and what tests them. */
const record = (tested: string, config: object, validation = 'split.validation') =>
  ({
    nodes: {
      split: { uses: 'data.split', outputs: { train: 'T', validation: 'V', test: 'E' } },
      base: { uses: 'train.self_supervised', inputs: { dataset: ['split.test'] }, outputs: { model: 'M0' } },
      sft: {
        uses: 'train.supervised',
        inputs: { model: ['init.model'], dataset: ['split.train'], validation: [validation] },
        outputs: { model: 'M1' },
        components: { config },
      },
      merged: { uses: 'model.merge', inputs: { model: ['sft.model'] }, outputs: { model: 'M2' } },
      quality: { uses: 'evaluate.generation', inputs: { model: ['merged.model'], dataset: [tested] } },
    },
  }) as unknown as RunRecord;
const find = async (...args: Parameters<typeof record>) =>
  findLeaks(
    record(...args),
    sharedRowCounter((output) => files[output]),
  );

t.test('rows that were learned, also where they are written otherwise', async (t) => {
  t.same(await find('split.validation', {}), [
    {
      code: 'train-validation-overlap',
      message: '1 of the 2 validation rows of sft are among the rows that it learned.',
    },
    { code: 'train-test-overlap', message: '1 of the 2 rows that quality tests on are among those that sft learned.' },
  ]);
  t.same(await find('split.test', {}, 'split.test'), [], 'what another model learned is no matter');
});

t.test('the training data themselves', async (t) => {
  t.match(await find('split.train', {}, 'split.test'), [
    { code: 'evaluated-on-training-data', message: 'quality tests on split.train, which sft learned.' },
  ]);
  t.match(await find('split.test', {}, 'split.train'), [{ code: 'train-validation-overlap', message: /4 of the 4/ }]);
});

t.test('a choice that was made on the test', async (t) => {
  const chosen = { code: 'chosen-on-test-data', message: /quality tests on split.test, by which sft chose/ };
  t.match(await find('split.test', { load_best_model_at_end: true }, 'split.test'), [chosen]);
  t.match(await find('split.test', { early_stopping_patience: 2 }, 'split.test'), [chosen]);
  const none = await find('split.test', { load_best_model_at_end: true });
  t.same(
    none.map(({ code }) => code),
    ['train-validation-overlap'],
  );
  t.same(await find('split.test', { load_best_model_at_end: false, early_stopping_patience: null }, 'split.test'), []);
});

t.test('instances of a matrix are put together', async (t) => {
  const { nodes } = record('split.validation', {});
  const text = JSON.stringify(nodes).replaceAll('"quality"', '"quality[seed=1]"');
  const both = { ...JSON.parse(text), 'quality[seed=2]': nodes.quality };
  const found = await findLeaks(
    { nodes: both } as RunRecord,
    sharedRowCounter((output) => files[output]),
  );
  t.match(found[1], { message: /^1 of the 2 rows that quality tests on .* learned, in 2 instances\.$/ });
  t.equal(found.length, 2);
});

t.test('data that are gone tell nothing', async (t) => {
  t.same(
    await findLeaks(
      record('split.validation', {}),
      sharedRowCounter(() => undefined),
    ),
    [],
  );
});
