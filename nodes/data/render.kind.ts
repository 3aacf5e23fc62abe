import type { FromSchema } from 'json-schema-to-ts';
import { child } from '../../engine/json-pointer.js';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataRenderSchema } from '../../schemas/kinds/data.render.js';
import { isFieldPath } from './field-path.js';
import { findTemplateProblems } from './row-template.js';

export type DataRenderConfig = FromSchema<typeof dataRenderSchema>;

export const dataRender: Kind = defineKind<DataRenderConfig>({
  name: 'data.render',
  version: 1,
  description: 'Makes rows from rows by Jinja templates: each template makes a row of each input row.',
  runs: 'inline',
  schema: dataRenderSchema,
  inputs: { dataset: { type: 'dataset', description: 'Rows whose fields the templates see.' } },
  outputs: {
    dataset: {
      type: 'dataset',
      description: 'What the templates made, in the order of the input rows, then of the templates.',
      rows: ({ config }) => config.rows,
    },
  },
  check: ({ rows, templates, keep, lookup }) => [
    ...templates.flatMap((template, index) =>
      findTemplateProblems(template, rows, Object.keys(keep)).map(({ pointer, message }) => ({
        pointer: `/templates/${index}${pointer}`,
        message,
      })),
    ),
    ...Object.entries({ keep, lookup }).flatMap(([option, paths]) =>
      Object.entries(paths)
        .filter(([, path]) => !isFieldPath(path))
        .map(([field, path]) => ({
          pointer: `/${option}${child('', field)}`,
          message: `${JSON.stringify(path)} is not the path of a field`,
        })),
    ),
  ],
  load: () => import('./render.js'),
});
