/** The text metrics by their names. */
import type { TextMetricName } from '../../schemas/kinds/text-metrics.js';
import { bleu } from '../text-metrics/bleu.js';
import { chrf } from '../text-metrics/chrf.js';
import { distinct, repetition, wordCount } from '../text-metrics/diversity.js';
import { editSimilarity } from '../text-metrics/edit-distance.js';
import { bestOf, meanMetric, type TextMetric } from '../text-metrics/metric.js';
import { rougeL, rougeLsum, rougeN } from '../text-metrics/rouge.js';
import { ter } from '../text-metrics/ter.js';
import { exactMatch, tokenF1 } from './squad.js';

/** A number of all texts together that is no function of sums over them. */
export interface WholeMetric {
  whole(texts: readonly string[]): number;
}

export const textMetrics: Readonly<Record<TextMetricName, TextMetric | WholeMetric>> = {
  exact_match: meanMetric(bestOf(exactMatch)),
  token_f1: meanMetric(bestOf(tokenF1)),
  rouge1: rougeN(1),
  rouge2: rougeN(2),
  rougeL,
  rougeLsum,
  bleu,
  chrf,
  ter,
  edit_similarity: editSimilarity,
  distinct_1: { whole: (texts) => distinct(texts, 1) },
  distinct_2: { whole: (texts) => distinct(texts, 2) },
  repetition_4: { ...meanMetric((text) => repetition(text, 4)), better: 'lower' },
  words: meanMetric(wordCount),
};
