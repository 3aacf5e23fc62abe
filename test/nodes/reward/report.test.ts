import t from 'tap';
import { calibrationTable } from '../../../nodes/evaluate/calibration-table.js';
import { comparisonsOf } from '../../../nodes/reward/comparisons.js';
import { distributionOf } from '../../../nodes/reward/distribution.js';
import { rewardReport } from '../../../nodes/reward/report.js';

t.test('accuracy weighs prompts alike, and by distance all comparisons', (t) => {
  const three = { scores: [3, 1, 2], comparisons: comparisonsOf({ ranking: [0, 1, 2] }) };
  const two = { scores: [0, 1], comparisons: comparisonsOf({ ranking: [0, 1] }) };
  const { metrics } = rewardReport([three, two]);
  t.match(metrics, {
    accuracy: (2 / 3 + 0) / 2,
    margin: ((2 + 1 - 1) / 3 - 1) / 2,
    accuracy_distance_1: 1 / 3,
    accuracy_distance_2: 1,
    prompts: 2,
    comparisons: 4,
  });
  const loss = (gap: number) => Math.log(1 + Math.exp(-gap));
  t.ok(Math.abs(metrics.loss! - ((loss(2) + loss(1) + loss(-1)) / 3 + loss(-1)) / 2) < 1e-12);
  t.end();
});

t.test('equal scores are wrong, and large ones do not overflow', (t) => {
  const comparisons = comparisonsOf({ ranking: [0, 1] });
  const { metrics, calibration } = rewardReport([
    { scores: [1, 1], comparisons },
    { scores: [1e4, -1e4], comparisons },
    { scores: [-1e4, 1e4], comparisons },
  ]);
  t.equal(metrics.accuracy, 1 / 3);
  t.ok(Math.abs(metrics.loss! - (Math.LN2 + 2e4) / 3) < 1e-6);
  t.same(
    calibrationTable(calibration, 'comparisons').rows.map((row) => row.slice(0, 2)),
    [
      ['0.50–0.55', '1'],
      ['0.95–1.00', '2'],
    ],
  );
  t.end();
});

t.test('the spread of scores, and whether there is any', (t) => {
  t.match(distributionOf([1, 3]), { mean: 2, std: 1, min: 1, max: 3, constant: false });
  t.ok(distributionOf([1000, 1000.0001]).constant);
  t.notOk(distributionOf([0, 0.0001]).constant);
  t.end();
});
