/** What a reward model's scores of ranked responses are worth. Pure. */
import { type CalibrationBin, calibrationBins, expectedCalibrationError } from '../evaluate/calibration.js';
import type { Comparison } from './comparisons.js';

export interface ScoredPrompt {
  /** The score of each response, not normalised: the difference of two is the log-odds of the one being preferred. */
  readonly scores: ArrayLike<number>;
  readonly comparisons: readonly Comparison[];
}

export interface RewardReport {
  /**
   * `accuracy`, `margin` and `loss`, means over a prompt's comparisons and then over prompts; `accuracy_distance_1` and so
   * on, the accuracy over all comparisons of responses so many ranks apart; `ece`; `prompts`, `comparisons`.
   */
  readonly metrics: Readonly<Record<string, number>>;
  /** Of σ(margin), over confidences from ½ to 1. */
  readonly calibration: readonly CalibrationBin[];
}

/** `prompts` must not be empty. */
export function rewardReport(prompts: readonly ScoredPrompt[]): RewardReport {
  const all = prompts.map(({ scores, comparisons }) =>
    comparisons.map(({ better, worse, distance }) => ({ gap: scores[better]! - scores[worse]!, distance })),
  );
  const compared = all.flat();
  const perPrompt = (value: (gap: number) => number) => mean(all.map((own) => mean(own.map(({ gap }) => value(gap)))));
  const right = (gap: number) => (gap > 0 ? 1 : 0);
  const distances = [...new Set(compared.map(({ distance }) => distance))].sort((a, b) => a - b);
  const calibration = calibrationBins(
    compared.map(({ gap }) => ({ confidence: sigmoid(Math.abs(gap)), right: gap > 0 })),
    0.5,
  );
  const byDistance = distances.map((distance) => {
    const own = compared.filter((comparison) => comparison.distance === distance);
    return [`accuracy_distance_${distance}`, mean(own.map(({ gap }) => right(gap)))] as const;
  });
  const metrics = {
    accuracy: perPrompt(right),
    margin: perPrompt((gap) => gap),
    loss: perPrompt((gap) => Math.log1p(Math.exp(-Math.abs(gap))) + Math.max(0, -gap)),
    ...Object.fromEntries(byDistance),
    ece: expectedCalibrationError(calibration),
    prompts: prompts.length,
    comparisons: compared.length,
  };
  return { metrics, calibration };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
