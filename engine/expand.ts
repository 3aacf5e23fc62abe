/** The value of a pipeline file → the same with its parameters settled, and `${…}` resolved wherever it may stand. */
import type { Diagnostic } from './diagnostic.js';
import type { Finding, Origin } from './finding.js';
import { type Interpolated, interpolate, type Parameter, type Scope, type Use } from './interpolate.js';
import { child, parent } from './json-pointer.js';
import { suggest } from './nearest.js';
import { parse } from './parse.js';
import type { Json, JsonObject } from './spec.js';

export interface LoadOptions {
  /** Values for parameters, as given by `-p name=value`. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ExpandedFile {
  readonly value: Json;
  readonly params: JsonObject;
  /** What each node's values were made of, by pointer into the file. */
  readonly uses: ReadonlyMap<string, ReadonlyMap<string, Use>>;
  readonly origin: Origin;
  /** Pointers of values that could not be resolved. */
  readonly broken: readonly string[];
  readonly findings: readonly Finding[];
  /** Errors that are about the command line, not about a place in the file. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Where `${…}` may stand in a node. The rest is the graph itself, which must be readable without a run. */
const openKeys = ['with', 'resources', 'cache'] as const;

export function expandFile(value: Json, options: LoadOptions): ExpandedFile {
  if (!isObject(value)) {
    return { value, params: {}, uses: new Map(), origin: () => undefined, broken: [], findings: [], diagnostics: [] };
  }
  const findings: Finding[] = [];
  const broken: string[] = [];
  const collect = (result: Interpolated): Json => {
    findings.push(...result.findings);
    broken.push(...result.broken);
    return result.value;
  };

  const given = readOverrides(options.overrides ?? {}, isObject(value.params) ? value.params : {});
  const params = new Map<string, Parameter>();
  for (const [name, written] of Object.entries(isObject(value.params) ? value.params : {})) {
    const override = given.values.get(name);
    if (override !== undefined) {
      params.set(name, { value: override, environment: [], broken: false });
      continue;
    }
    const result = interpolate(written, child('/params', name), { environment: options.environment });
    const environment = [...new Set([...result.uses.values()].flatMap((use) => use.environment))];
    params.set(name, { value: collect(result), environment, broken: result.broken.length > 0 });
  }

  const scope: Scope = { params, environment: options.environment };
  const uses = new Map<string, ReadonlyMap<string, Use>>();
  const expandNode = (id: string, node: Json): Json => {
    if (!isObject(node)) return node;
    const own = new Map<string, Use>();
    const expanded: Record<string, Json> = { ...node };
    for (const key of openKeys) {
      const section = node[key];
      if (section === undefined) continue;
      const result = interpolate(section, child(child('/nodes', id), key), scope);
      for (const [pointer, use] of result.uses) own.set(pointer, use);
      expanded[key] = collect(result);
    }
    uses.set(id, own);
    return expanded;
  };

  const nodes = isObject(value.nodes) ? mapObject(value.nodes, expandNode) : value.nodes;
  const settled = Object.fromEntries([...params].map(([name, parameter]) => [name, parameter.value]));
  return {
    value: {
      ...value,
      ...(isObject(value.params) ? { params: settled } : {}),
      ...(nodes === undefined ? {} : { nodes }),
    },
    params: settled,
    uses,
    origin: originOf(uses, given.values),
    broken,
    findings,
    diagnostics: given.diagnostics,
  };
}

/** The nearest value around a pointer that a parameter was part of. */
function originOf(uses: ReadonlyMap<string, ReadonlyMap<string, Use>>, overrides: ReadonlyMap<string, Json>): Origin {
  const all = new Map([...uses.values()].flatMap((own) => [...own]));
  return (pointer) => {
    for (let at = pointer; at !== ''; at = parent(at)) {
      const parameter = all.get(at)?.params[0];
      if (parameter !== undefined) return { parameter, overridden: overrides.has(parameter) };
    }
    return undefined;
  };
}

function readOverrides(
  overrides: Readonly<Record<string, string>>,
  params: JsonObject,
): { values: ReadonlyMap<string, Json>; diagnostics: readonly Diagnostic[] } {
  const values = new Map<string, Json>();
  const diagnostics: Diagnostic[] = [];
  for (const [name, text] of Object.entries(overrides)) {
    if (Object.hasOwn(params, name)) {
      values.set(name, readArgument(text));
      continue;
    }
    const hint = suggest(name, Object.keys(params), 'Parameters') ?? 'The pipeline has no `params`.';
    diagnostics.push({
      code: 'unknown-parameter',
      severity: 'error',
      message: `There is no parameter \`${name}\` to set`,
      hint,
    });
  }
  return { values, diagnostics };
}

/**
 * `3e-4`, `true`, `"12"`, `[1, 2]`: one scalar or one flow collection of YAML is read as such. All else is the text
 * itself: `-p prompt='Q: why?'` needs no second pair of quotes. An empty value is the empty text.
 */
export function readArgument(text: string): Json {
  if (text.trim() === '') return text;
  const result = parse({ file: 'argument', text });
  if (!result.ok) return text;
  const { value } = result.value;
  const block = isObject(value) || Array.isArray(value) ? !/^\s*[[{]/.test(text) : false;
  return block ? text : value;
}

export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function mapObject(object: JsonObject, change: (key: string, value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(key, value)]));
}
