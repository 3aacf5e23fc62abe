import t from 'tap';
import { calibrationBins, expectedCalibrationError } from '../../../nodes/evaluate/calibration.js';

t.test('bins of equal width, a bound to the bin below it', (t) => {
  const judged = [0.5, 0.6, 0.60001, 0.95, 1].map((confidence, index) => ({ confidence, right: index % 2 === 1 }));
  const bins = calibrationBins(judged, 0.5, 5);
  t.same(
    bins.map(({ count }) => count),
    [2, 1, 0, 0, 2],
  );
  t.match(bins[0], { from: 0.5, to: 0.6, confidence: 0.55, accuracy: 0.5 });
  t.match(bins[2], { confidence: 0, accuracy: 0 });
  // (2 |0.5 − 0.55| + |0 − 0.60001| + 2 |0.5 − 0.975|) / 5
  t.ok(Math.abs(expectedCalibrationError(bins) - (2 * 0.05 + 0.60001 + 2 * 0.475) / 5) < 1e-12);
  t.end();
});

t.test('who is always as right as sure has no error', (t) => {
  const judged = Array.from({ length: 100 }, (_, index) => ({ confidence: 0.7, right: index < 70 }));
  t.ok(expectedCalibrationError(calibrationBins(judged, 0.5)) < 1e-12);
  const sure = judged.map((one) => ({ ...one, confidence: 1 }));
  t.ok(Math.abs(expectedCalibrationError(calibrationBins(sure, 0.5)) - 0.3) < 1e-12);
  t.end();
});
