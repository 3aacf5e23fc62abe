import t from 'tap';
import { evaluatePassAtK } from '../../../nodes/evaluate/pass-at-k.kind.js';
import { runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';

const evaluate = (samples: readonly object[], config: object = {}) =>
  runKind(evaluatePassAtK, { config: { ...config }, inputs: { samples: writeDataset(samples) } });
const samples = ['a', 'b'].flatMap((prompt) =>
  [0, 1, 2, 3].map((sample) => ({ prompt, sample, passed: prompt === 'a' ? sample === 0 : 1 })),
);

t.test('a mean over problems', async (t) => {
  const { metrics } = await evaluate(samples, { k: [1, 2, 4] });
  t.match(metrics, { pass_at_1: (0.25 + 1) / 2, pass_at_2: (0.5 + 1) / 2, pass_at_4: 1, n: 2 });
  t.ok(metrics.pass_at_1_low! <= 0.625 && metrics.pass_at_1_high! >= 0.625);
});

t.test('what cannot be told is refused', async (t) => {
  await t.rejects(evaluate(samples, { k: [5] }), { code: 'too-few-samples' });
  await t.rejects(evaluate([{ prompt: 'a', passed: 'yes' }]), { code: 'field-unfit', message: /Row 1 .*"yes"/ });
  await t.rejects(evaluate([]), { code: 'dataset-empty' });
});
