/** How well scores put what has a label before what has not, at every threshold together. Pure. */

export interface ScoredExample {
  readonly score: number;
  readonly positive: boolean;
}

/** Examples of one score, which no threshold can tell apart: how many have the label, and how many have not. */
interface Level {
  readonly positives: number;
  readonly negatives: number;
}

/**
 * Area under the ROC curve: the chance that an example with the label has a larger score than one without, where equal
 * scores count half. `undefined` where all have it or none.
 */
export function rocAuc(examples: readonly ScoredExample[]): number | undefined {
  const levels = levelsOf(examples);
  const positives = totalOf(levels, 'positives');
  const negatives = totalOf(levels, 'negatives');
  if (positives === 0 || negatives === 0) return undefined;
  let above = 0;
  let area = 0;
  for (const level of levels) {
    area += level.negatives * (above + level.positives / 2);
    above += level.positives;
  }
  return area / positives / negatives;
}

/**
 * Area under the curve of precision by recall, as average precision: Σ (R_n − R_{n−1}) P_n over the thresholds, which does
 * not draw lines between them. `undefined` where none has the label.
 */
export function averagePrecision(examples: readonly ScoredExample[]): number | undefined {
  const levels = levelsOf(examples);
  const positives = totalOf(levels, 'positives');
  if (positives === 0) return undefined;
  let found = 0;
  let read = 0;
  let area = 0;
  for (const level of levels) {
    found += level.positives;
    read += level.positives + level.negatives;
    area += (level.positives / positives) * (found / read);
  }
  return area;
}

/** The largest scores first. */
function levelsOf(examples: readonly ScoredExample[]): Level[] {
  const byScore = new Map<number, { positives: number; negatives: number }>();
  for (const { score, positive } of examples) {
    const level = byScore.get(score) ?? { positives: 0, negatives: 0 };
    level[positive ? 'positives' : 'negatives']++;
    byScore.set(score, level);
  }
  return [...byScore].sort(([a], [b]) => b - a).map(([, level]) => level);
}

function totalOf(levels: readonly Level[], key: keyof Level): number {
  return levels.reduce((sum, level) => sum + level[key], 0);
}
