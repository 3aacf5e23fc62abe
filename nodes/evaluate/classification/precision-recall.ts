/** Precision, recall and F1 of labels, each against all others, and their averages. Pure. */

export interface LabelCounts {
  /** Given rightly, given wrongly, and not given where they should have been. */
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

export interface LabelScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface AveragedScores {
  /** Over all decisions together. */
  readonly micro: LabelScores;
  /** The mean over labels. */
  readonly macro: LabelScores;
  /** The mean over labels, by how often each occurs. */
  readonly weighted: LabelScores;
}

/** `truth[i]` and `predicted[i]` hold the labels of example i. */
export function countLabels(
  truth: readonly (readonly number[])[],
  predicted: readonly (readonly number[])[],
  labels: number,
): LabelCounts[] {
  const counts = Array.from({ length: labels }, () => ({ truePositives: 0, falsePositives: 0, falseNegatives: 0 }));
  for (const [index, wanted] of truth.entries()) {
    const given = predicted[index]!;
    for (const label of given) counts[label]![wanted.includes(label) ? 'truePositives' : 'falsePositives']++;
    for (const label of wanted) if (!given.includes(label)) counts[label]!.falseNegatives++;
  }
  return counts;
}

/** What has nothing to be divided by is 0, as in scikit-learn with `zero_division=0`. */
export function labelScores({ truePositives, falsePositives, falseNegatives }: LabelCounts): LabelScores {
  const part = (count: number, of: number) => (of === 0 ? 0 : count / of);
  return {
    precision: part(truePositives, truePositives + falsePositives),
    recall: part(truePositives, truePositives + falseNegatives),
    f1: part(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
  };
}

export function averageScores(counts: readonly LabelCounts[]): AveragedScores {
  const scores = counts.map(labelScores);
  const sum = (key: keyof LabelCounts) => counts.reduce((total, one) => total + one[key], 0);
  return {
    micro: labelScores({
      truePositives: sum('truePositives'),
      falsePositives: sum('falsePositives'),
      falseNegatives: sum('falseNegatives'),
    }),
    macro: weightedMean(
      scores,
      scores.map(() => 1),
    ),
    weighted: weightedMean(
      scores,
      counts.map(({ truePositives, falseNegatives }) => truePositives + falseNegatives),
    ),
  };
}

function weightedMean(scores: readonly LabelScores[], weights: readonly number[]): LabelScores {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (key: keyof LabelScores) =>
    total === 0 ? 0 : scores.reduce((sum, score, index) => sum + score[key] * weights[index]!, 0) / total;
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}
