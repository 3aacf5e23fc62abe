/** A template of a whole row: its fields hold Jinja templates, `when` and `for_each` say how many rows it makes. */

import { child } from '../../engine/json-pointer.js';
import { isObject, type Row } from './jsonl.js';
import { fieldsOf, type RowTypeName } from './row-types.js';
import {
  bindValue,
  type CompiledExpression,
  compileExpression,
  compileTemplate,
  expressionProblem,
  type Scope,
  type TemplateValue,
  templateProblem,
  UndefinedValueError,
} from './template.js';
import { isTrue, typeName } from './template-value.js';

export type RowTemplateSource = Readonly<Record<string, unknown>>;

/** What one template gives for one item of one row. */
export type Rendering =
  | { readonly outcome: 'row'; readonly row: Row }
  | { readonly outcome: 'left-out' }
  | { readonly outcome: 'undefined'; readonly message: string };

/** The renderings of a row: one, or one for each item of `for_each`. Throws an `Error` that says what went wrong. */
export type RowTemplate = (row: Scope) => Generator<Rendering, void, void>;

const keywords: ReadonlySet<string> = new Set(['when', 'for_each']);

/** Throws an `Error` for wrong syntax. `when` sees `item`. */
export function compileRowTemplate(source: RowTemplateSource): RowTemplate {
  const when = typeof source.when === 'string' ? compileExpression(source.when) : undefined;
  const forEach = typeof source.for_each === 'string' ? compileExpression(source.for_each) : undefined;
  const fields = Object.entries(source).filter(([field]) => !keywords.has(field));
  const renderers = fields.map(([field, value]) => [field, compileValue(value)] as const);
  return function* (row) {
    for (const scope of itemScopes(row, forEach)) {
      yield when && !isTrue(when.evaluate(scope)) ? { outcome: 'left-out' } : renderRow(renderers, scope);
    }
  };
}

/** Makes the value of one field. */
type Renderer = (scope: Scope) => unknown;

function renderRow(renderers: readonly (readonly [string, Renderer])[], scope: Scope): Rendering {
  try {
    return { outcome: 'row', row: Object.fromEntries(renderers.map(([field, render]) => [field, render(scope)])) };
  } catch (error) {
    if (error instanceof UndefinedValueError) return { outcome: 'undefined', message: error.message };
    throw error;
  }
}

function itemScopes(row: Scope, forEach: CompiledExpression | undefined): Scope[] {
  if (!forEach) return [row];
  const list = forEach.evaluate(row);
  if (!Array.isArray(list.value)) throw new Error(`\`for_each\` must give a list, not ${typeName(list)}`);
  return (list.value as TemplateValue[]).map((item) => bindValue(row, 'item', item));
}

function compileValue(value: unknown): Renderer {
  if (typeof value === 'string') {
    const template = compileTemplate(value);
    return (scope) => template.render(scope);
  }
  if (Array.isArray(value)) {
    const items = value.map(compileValue);
    return (scope) => items.map((render) => render(scope));
  }
  if (isObject(value)) {
    const fields = Object.entries(value).map(([field, inner]) => [field, compileValue(inner)] as const);
    return (scope) => Object.fromEntries(fields.map(([field, render]) => [field, render(scope)]));
  }
  return () => value;
}

/** A finding about a template's source; `pointer` leads from the template to the place. */
export interface TemplateProblem {
  readonly pointer: string;
  readonly message: string;
}

/** All that can be known to be wrong before there is a row. `kept` names fields that come from elsewhere. */
export function findTemplateProblems(
  source: RowTemplateSource,
  rows: RowTypeName,
  kept: readonly string[],
): TemplateProblem[] {
  const fields = Object.keys(source).filter((field) => !keywords.has(field));
  const missing = fieldsOf(rows).filter((field) => !fields.includes(field) && !kept.includes(field));
  return [
    ...missing.map((field) => ({ pointer: '', message: `a row of type ${rows} needs the field ${field}` })),
    ...(fields.length === 0 && missing.length === 0 ? [{ pointer: '', message: 'has no field' }] : []),
    ...fields
      .filter((field) => kept.includes(field))
      .map((field) => ({ pointer: child('', field), message: `the field ${field} is also in \`keep\`` })),
    ...Object.entries(source).flatMap(([field, value]) =>
      keywords.has(field)
        ? findSyntaxProblems(value, expressionProblem, `/${field}`)
        : findSyntaxProblems(value, templateProblem, child('', field)),
    ),
  ];
}

function findSyntaxProblems(
  value: unknown,
  find: (source: string) => string | undefined,
  pointer: string,
): TemplateProblem[] {
  if (typeof value === 'string') {
    const message = find(value);
    return message === undefined ? [] : [{ pointer, message }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Row).flatMap(([key, inner]) =>
    findSyntaxProblems(inner, find, `${pointer}${child('', key)}`),
  );
}
