/** The parts of a document that a task names: by a field, a Jinja template, or a value of its own. */
import { Failure } from '../../engine/failure.js';
import { describe, type Row } from '../data/jsonl.js';
import {
  compileExpression,
  compileTemplate,
  createRootScope,
  createScope,
  type Scope,
  type TemplateValue,
} from '../data/template.js';
import { toJson, typeName } from '../data/template-value.js';

export interface Document {
  readonly row: Row;
  /** Counted from 1. */
  readonly number: number;
}

/** The value of a part: what the field holds; of a template that is one expression, its value; of another its text. */
export type PartOf = (part: unknown, name: string, document: Document) => unknown;

/**
 * `fields` are those that any document has: a part that is called like one of them means it. Of a value that is printed within a text,
 * only texts and whole numbers are let through, since Python spells all else otherwise. Throws `Failure` with the document's number.
 */
export function createPartReader(fields: ReadonlySet<string>): PartOf {
  const root = createRootScope(refuseToPrint);
  const compiled = new Map<string, (scope: Scope) => unknown>();
  const scopes = new WeakMap<Row, Scope>();
  const scopeOf = (row: Row): Scope => {
    const scope = scopes.get(row) ?? documentScope(root, row);
    scopes.set(row, scope);
    return scope;
  };
  return (part, name, { row, number }) => {
    if (typeof part !== 'string') return part;
    if (fields.has(part)) return row[part];
    try {
      const render = compiled.get(part) ?? compilePart(part);
      compiled.set(part, render);
      return render(scopeOf(row));
    } catch (error) {
      throw new Failure('harness-template', `${name}, document ${number}: ${(error as Error).message}.`);
    }
  };
}

function compilePart(source: string): (scope: Scope) => unknown {
  const [, inner] = /^\{\{-?([\s\S]*?)-?\}\}$/.exec(source) ?? [];
  const template = compileTemplate(source, 'kept');
  const expression = inner === undefined ? undefined : asExpression(inner);
  if (!expression) return (scope) => template.render(scope);
  return (scope) => toJson(expression.evaluate(scope));
}

/** `undefined` where it is no single expression, as between the outer braces of `{{ a }} {{ b }}`. */
function asExpression(source: string) {
  try {
    return compileExpression(source);
  } catch {
    return undefined;
  }
}

function refuseToPrint(value: TemplateValue): void {
  if (value.type === 'StringValue' || value.type === 'IntegerValue') return;
  throw new Error(`a ${typeName(value)} is printed, which Python spells in its own way`);
}

/** Lists have Python's `index` and `count`, which tasks use to find the right choice. */
function documentScope(root: Scope, row: Row): Scope {
  const scope = createScope(root, row);
  for (const name of Object.keys(row)) addListMethods(scope.lookupVariable(name), scope);
  return scope;
}

function addListMethods(value: TemplateValue, scope: Scope): void {
  if (value.type === 'ObjectValue') {
    for (const inner of (value.value as Map<string, TemplateValue>).values()) addListMethods(inner, scope);
  }
  if (value.type !== 'ArrayValue') return;
  const items = value.value as TemplateValue[];
  for (const item of items) addListMethods(item, scope);
  const same = (wanted: unknown) => (item: TemplateValue) => JSON.stringify(toJson(item)) === JSON.stringify(wanted);
  const methods = createScope(scope, {
    index: (wanted: unknown) => {
      const at = items.findIndex(same(wanted));
      if (at >= 0) return at;
      throw new Error(`${describe(wanted)} is not in the list`);
    },
    count: (wanted: unknown) => items.filter(same(wanted)).length,
  });
  for (const name of ['index', 'count']) value.builtins.set(name, methods.lookupVariable(name));
}
