import type { FromSchema } from 'json-schema-to-ts';
import { child } from '../../engine/json-pointer.js';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataLoadSchema } from '../../schemas/kinds/data.load.js';
import { checkHubPath } from '../hub/check-path.js';
import { isFieldPath } from './field-path.js';
import type { RowTypeName } from './row-types.js';
import { shapes } from './shapes.js';

export type DataLoadConfig = FromSchema<typeof dataLoadSchema>;

export const dataLoad: Kind = defineKind<DataLoadConfig>({
  name: 'data.load',
  version: 1,
  description:
    'Reads a dataset from JSON Lines, JSON, CSV, Parquet or text files, and checks every row against a row type.',
  runs: 'inline',
  schema: dataLoadSchema,
  inputs: {},
  outputs: {
    dataset: { type: 'dataset', description: 'The rows, in the order read.', rows: ({ config }) => loadedRows(config) },
  },
  sources: ({ path, exclude }) => [
    { patterns: [...[path].flat(), ...exclude.map((pattern) => `!${pattern}`)], pointer: '/path' },
  ],
  check: ({ path, columns, delimiter, shape, rows }) => [
    ...[path].flat().flatMap((each) => checkHubPath(each, 'dataset')),
    ...Object.entries(columns)
      .filter(([, path]) => !isFieldPath(path))
      .map(([field, path]) => ({
        pointer: `/columns${child('', field)}`,
        message: `${JSON.stringify(path)} is not the path of a column`,
        hint: 'Write `column`, `column.field` or `column[0]`.',
      })),
    ...(shape !== null && rows !== 'record' && rows !== shapes[shape].rows
      ? [{ pointer: '/rows', message: `must be ${shapes[shape].rows}, which \`shape: ${shape}\` gives, not ${rows}` }]
      : []),
    ...(delimiter === '' ? [{ pointer: '/delimiter', message: 'must not be empty' }] : []),
  ],
  load: () => import('./load.js'),
});

/** The row type of what is read. A shape has one of its own. */
export function loadedRows({ shape, rows }: Pick<DataLoadConfig, 'shape' | 'rows'>): RowTypeName {
  return shape === null ? rows : shapes[shape].rows;
}
