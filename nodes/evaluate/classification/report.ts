/** All that is measured of a classification, from probabilities and the right labels. Pure. */
import { type CalibrationBin, calibrationBins, expectedCalibrationError } from '../calibration.js';
import { type ConfusionMatrix, confusionMatrix, matthewsCorrelation } from './confusion-matrix.js';
import { averageScores, countLabels, type LabelScores, labelScores } from './precision-recall.js';
import { brierScore, logLoss, multiLabelBrierScore } from './proper-scores.js';
import { averagePrecision, rocAuc } from './ranking-curves.js';

export interface Classified {
  /** The names of the labels. */
  readonly labels: readonly string[];
  /** The probability of each label, for each example. */
  readonly probabilities: readonly ArrayLike<number>[];
  /** The right labels of each example, by their indices: one, unless several may hold. */
  readonly truth: readonly (readonly number[])[];
  /** Whether any number of labels may hold, each where its probability exceeds the threshold. */
  readonly several: boolean;
  readonly threshold: number;
}

export interface ClassificationReport {
  readonly metrics: Readonly<Record<string, number>>;
  readonly predicted: readonly (readonly number[])[];
  readonly perLabel: readonly (LabelScores & { readonly support: number })[];
  /** Where one label holds: how often each is taken for each, and how sure the model is. */
  readonly confusion: ConfusionMatrix | undefined;
  readonly calibration: readonly CalibrationBin[] | undefined;
  /** Labels that all the examples have, or none, so that there is no area under their curves. */
  readonly withoutCurves: readonly string[];
}

export function classificationReport(classified: Classified): ClassificationReport {
  const { labels, truth } = classified;
  const predicted = predictedLabels(classified);
  const counts = countLabels(truth, predicted, labels.length);
  const averaged = averageScores(counts);
  const averages = (['micro', 'macro', 'weighted'] as const).flatMap((average) =>
    (['precision', 'recall', 'f1'] as const).map((name) => [`${name}_${average}`, averaged[average][name]] as const),
  );
  const same = (index: number) => [...truth[index]!].sort().join() === [...predicted[index]!].sort().join();
  const curves = areasUnderCurves(classified);
  const single = classified.several ? undefined : singleLabelMetrics(classified, predicted);
  return {
    metrics: {
      accuracy: truth.filter((_, index) => same(index)).length / truth.length,
      ...Object.fromEntries(averages),
      ...(single?.metrics ?? severalLabelMetrics(classified, predicted)),
      ...curves.metrics,
      n: truth.length,
    },
    predicted,
    perLabel: counts.map((count) => ({ ...labelScores(count), support: count.truePositives + count.falseNegatives })),
    confusion: single?.confusion,
    calibration: single?.calibration,
    withoutCurves: curves.without,
  };
}

/** The likeliest label, the first of equals; or all those that are likelier than the threshold. */
export function predictedLabels({
  probabilities,
  several,
  threshold,
}: Omit<Classified, 'truth' | 'labels'>): number[][] {
  return probabilities.map((row) => {
    const all = Array.from(row);
    if (several) return all.flatMap((p, label) => (p > threshold ? [label] : []));
    return [all.reduce((best, p, label) => (p > all[best]! ? label : best), 0)];
  });
}

function singleLabelMetrics({ labels, truth, probabilities }: Classified, predicted: readonly (readonly number[])[]) {
  const [right, given] = [truth, predicted].map((each) => each.map(([label]) => label!)) as [number[], number[]];
  const confusion = confusionMatrix(right, given, labels.length);
  const judged = given.map((label, index) => ({
    confidence: probabilities[index]![label]!,
    right: label === right[index],
  }));
  const calibration = calibrationBins(judged, 0);
  const metrics = {
    matthews_correlation: matthewsCorrelation(confusion),
    log_loss: logLoss(probabilities, right),
    brier: brierScore(probabilities, right),
    ece: expectedCalibrationError(calibration),
  };
  return { metrics, confusion, calibration };
}

function severalLabelMetrics({ labels, truth, probabilities }: Classified, predicted: readonly (readonly number[])[]) {
  const wrong = truth.map((right, index) => {
    const given = predicted[index]!;
    const missed = right.filter((label) => !given.includes(label)).length;
    return missed + given.filter((label) => !right.includes(label)).length;
  });
  return {
    hamming_loss: wrong.reduce((sum, count) => sum + count, 0) / truth.length / labels.length,
    brier: multiLabelBrierScore(probabilities, truth),
  };
}

/** Each label against all others; of two that exclude one another, also the areas of the second alone. */
function areasUnderCurves({ labels, probabilities, truth, several }: Classified) {
  const perLabel = labels.map((name, label) => {
    const examples = probabilities.map((row, index) => ({
      score: row[label]!,
      positive: truth[index]!.includes(label),
    }));
    const support = examples.filter(({ positive }) => positive).length;
    return { name, support, roc: rocAuc(examples), precision: averagePrecision(examples) };
  });
  const known = perLabel.flatMap(({ roc, precision, support }) =>
    roc === undefined || precision === undefined ? [] : [{ roc, precision, support }],
  );
  const mean = (key: 'roc' | 'precision', weight: (support: number) => number) => {
    const total = known.reduce((sum, { support }) => sum + weight(support), 0);
    return known.reduce((sum, area) => sum + area[key] * weight(area.support), 0) / total;
  };
  const second = !several && labels.length === 2 && known.length === 2 ? known[1]! : undefined;
  return {
    metrics:
      known.length === 0
        ? {}
        : {
            ...(second ? { roc_auc: second.roc, pr_auc: second.precision } : {}),
            roc_auc_macro: mean('roc', () => 1),
            roc_auc_weighted: mean('roc', (support) => support),
            pr_auc_macro: mean('precision', () => 1),
            pr_auc_weighted: mean('precision', (support) => support),
          },
    without: perLabel.flatMap(({ name, roc }) => (roc === undefined ? [name] : [])),
  };
}
