import type { FromSchema } from 'json-schema-to-ts';
import { child } from '../../engine/json-pointer.js';
import { defineKind, type Kind } from '../../engine/kind.js';
import { dataMapSchema } from '../../schemas/kinds/data.map.js';
import { fieldsOf, isRowType } from './row-types.js';
import { expressionProblem, templateProblem } from './template.js';

export type DataMapConfig = FromSchema<typeof dataMapSchema>;

export const dataMap: Kind = defineKind<DataMapConfig>({
  name: 'data.map',
  version: 1,
  description: 'Computes, renames and removes fields of every row.',
  runs: 'inline',
  schema: dataMapSchema,
  inputs: { dataset: { type: 'dataset', description: 'Rows whose fields the expressions see.' } },
  outputs: {
    dataset: {
      type: 'dataset',
      description: 'One row for each input row, in their order.',
      rows: ({ config, rows }) => config.rows ?? keptRowType(config, rows.dataset),
    },
  },
  module: ({ function: path }) => (path ? { path, pointer: '/function' } : undefined),
  check: (config) => [...findClashes(config), ...findSyntaxProblems(config)],
  load: () => import('./map.js'),
});

/** The row type of the input, unless a field that belongs to it changes. */
function keptRowType(config: DataMapConfig, type: string | undefined): string | undefined {
  const { set, text, rename, remove } = config;
  if (config.function) return undefined;
  if (type === undefined || !isRowType(type)) return type;
  const touched = [set, text, rename].flatMap(Object.keys).concat(Object.values(rename), remove);
  return fieldsOf(type).some((field) => touched.includes(field)) ? undefined : type;
}

interface Problem {
  readonly pointer: string;
  readonly message: string;
}

function findClashes(config: DataMapConfig): Problem[] {
  const { set, text, rename, remove } = config;
  const made = { set, text, rename };
  const fields = Object.entries(made).flatMap(([option, entries]) =>
    Object.keys(entries).map((field) => ({ field, pointer: `/${option}${child('', field)}` })),
  );
  const changesFields = fields.length > 0 || remove.length > 0;
  if (config.function) {
    const message = 'a function makes the whole row: leave out `set`, `text`, `rename` and `remove`';
    return changesFields ? [{ pointer: '/function', message }] : [];
  }
  if (!changesFields) {
    return [{ pointer: '', message: 'changes nothing: give `set`, `text`, `rename`, `remove` or `function`' }];
  }
  const twice = fields.filter(({ field }, index) => fields.findIndex((other) => other.field === field) !== index);
  const sources = Object.values(rename);
  const away = new Set(sources);
  return [
    ...twice.map(({ field, pointer }) => ({ pointer, message: `the field ${field} is made twice` })),
    ...Object.entries(rename)
      .filter(([, from], index) => sources.indexOf(from) !== index)
      .map(([to, from]) => ({ pointer: `/rename${child('', to)}`, message: `the field ${from} is renamed twice` })),
    ...remove.flatMap((field, index) =>
      away.has(field) || fields.some((other) => other.field === field)
        ? [{ pointer: `/remove/${index}`, message: `the field ${field} is also made or renamed` }]
        : [],
    ),
  ];
}

function findSyntaxProblems({ set, text }: DataMapConfig): Problem[] {
  const problems = (option: string, sources: Readonly<Record<string, string>>, find: typeof expressionProblem) =>
    Object.entries(sources).flatMap(([field, source]) => {
      const message = find(source);
      return message === undefined ? [] : [{ pointer: `/${option}${child('', field)}`, message }];
    });
  return [...problems('set', set, expressionProblem), ...problems('text', text, templateProblem)];
}
