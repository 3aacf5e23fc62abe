import { defineKind, type Kind } from '../../engine/kind.js';
import { type DataRankConfig, dataRankSchema } from '../../schemas/kinds/data.rank.js';

export const dataRank: Kind = defineKind<DataRankConfig>({
  name: 'data.rank',
  version: 1,
  description: 'Makes rankings, or pairs, of responses that have scores.',
  runs: 'inline',
  schema: dataRankSchema,
  inputs: {
    dataset: {
      type: 'dataset',
      description:
        'Rows of a `prompt` with `responses` and their `scores`, or with one `response` or `completion` and its `score`; those of one prompt need not stand together.',
    },
  },
  outputs: {
    dataset: {
      type: 'dataset',
      description: 'Rankings with `ties` and `scores`, or preferences with `chosen_score` and `rejected_score`.',
      rows: ({ config }) => config.rows,
    },
  },
  check({ rows, pairs, margin }) {
    if (rows === 'preference') return [];
    const findings = [];
    if (pairs !== 'all') findings.push({ pointer: '/pairs', message: 'has no effect with rows: ranking' });
    if (margin) findings.push({ pointer: '/margin', message: 'has no effect with rows: ranking' });
    return findings;
  },
  load: () => import('./rank.js'),
});
