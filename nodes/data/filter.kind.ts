import type { FromSchema } from 'json-schema-to-ts';
import { child } from '../../engine/json-pointer.js';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataFilterSchema } from '../../schemas/kinds/data.filter.js';
import { expressionProblem } from './template.js';

export type DataFilterConfig = FromSchema<typeof dataFilterSchema>;

export const dataFilter: Kind = defineKind<DataFilterConfig>({
  name: 'data.filter',
  version: 1,
  description: 'Keeps the rows that meet a condition, and counts the others by reason.',
  runs: 'inline',
  schema: dataFilterSchema,
  inputs: { dataset: { type: 'dataset', description: 'The rows to choose from; of any type.' } },
  outputs: {
    dataset: { type: 'dataset', description: 'The rows that stay, in their order.', rows: ({ rows }) => rows.dataset },
  },
  module: ({ function: path }) => (path ? { path, pointer: '/function' } : undefined),
  check(config) {
    const { where, drop } = config;
    const reasons = Object.entries(drop);
    if (where === null && reasons.length === 0 && !config.function) {
      return [{ pointer: '', message: 'needs `where`, `drop` or `function`' }];
    }
    const sources = [...(where === null ? [] : [['/where', where] as const]), ...reasons.map(dropPointer)];
    return sources.flatMap(([pointer, source]) => {
      const message = expressionProblem(source);
      return message === undefined ? [] : [{ pointer, message }];
    });
  },
  load: () => import('./filter.js'),
});

function dropPointer([reason, source]: readonly [string, string]): readonly [string, string] {
  return [`/drop${child('', reason)}`, source];
}
