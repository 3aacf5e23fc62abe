/** The value of a pipeline file → the same with its parameters settled, and `${…}` resolved wherever it may stand. */
import { executionSections, inherit } from './defaults.js';
import type { Diagnostic } from './diagnostic.js';
import type { Finding, Origin } from './finding.js';
import {
  type GivenParameter,
  type Interpolated,
  interpolate,
  type Parameter,
  type Scope,
  type Use,
} from './interpolate.js';
import { isObject } from './json.js';
import { child, isWithin, parent } from './json-pointer.js';
import { fanOut, type Instance } from './matrix.js';
import { suggest } from './nearest.js';
import { parse } from './parse.js';
import type { Json, JsonObject } from './spec.js';
import type { ModuleLoader } from './user-code/load-module.js';

export interface LoadOptions {
  /** Values for parameters, as given by `-p name=value`. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The pipeline is looked at as one that another may use: it may take inputs. */
  readonly asPart?: boolean;
  /** Parameters whose values the pipeline around has given. */
  readonly given?: ReadonlyMap<string, GivenParameter>;
  /** Loads users' code; a pipeline that names some is refused without it. */
  readonly modules?: ModuleLoader;
}

export interface ExpandedFile {
  /** The file; of a node with a matrix, its first instance, and `matrix` with its values resolved. */
  readonly value: Json;
  readonly params: JsonObject;
  /** The nodes to run, in the order written. */
  readonly instances: readonly Instance[];
  /** Pointer of each value of a node that `defaults` gave → where it is written. */
  readonly inherited: ReadonlyMap<string, string>;
  /** What each instance's values were made of, by pointer into the file. */
  readonly uses: ReadonlyMap<string, ReadonlyMap<string, Use>>;
  readonly origin: Origin;
  /** Pointers of values that could not be resolved. */
  readonly broken: readonly string[];
  readonly findings: readonly Finding[];
  /** Errors that are about the command line, not about a place in the file. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What a path under `uses` ends with where it leads to a pipeline. */
export const pipelinePattern = /\.ya?ml$/i;

/** Where `${…}` may stand in a node. The rest is the graph itself, which must be readable without a run. */
const openKeys = ['with', ...executionSections] as const;

export function expandFile(value: Json, options: LoadOptions): ExpandedFile {
  if (!isObject(value)) {
    const nothing = {
      params: {},
      instances: [],
      inherited: new Map(),
      uses: new Map(),
      broken: [],
      findings: [],
      diagnostics: [],
    };
    return { ...nothing, value, origin: () => undefined };
  }
  const findings: Finding[] = [];
  const broken: string[] = [];
  const collect = (result: Interpolated): Json => {
    findings.push(...result.findings);
    broken.push(...result.broken);
    return result.value;
  };

  const overridden = readOverrides(options.overrides ?? {}, isObject(value.params) ? value.params : {});
  const params = new Map<string, Parameter>();
  for (const [name, written] of Object.entries(isObject(value.params) ? value.params : {})) {
    const outer = options.given?.get(name);
    if (outer !== undefined) {
      params.set(name, outer);
      continue;
    }
    const override = overridden.values.get(name);
    if (override !== undefined) {
      params.set(name, { value: override, environment: [], broken: false });
      continue;
    }
    const result = interpolate(written, child('/params', name), {
      environment: options.environment,
      secrets: new Set(secretsOf(value)),
    });
    const environment = [...new Set([...result.uses.values()].flatMap((use) => use.environment))];
    params.set(name, { value: collect(result), environment, broken: result.broken.length > 0 });
  }

  const secrets = new Set(secretsOf(value));
  const scope: Scope = { params, environment: options.environment, secrets };
  const matrices = new Map<string, ReadonlyMap<string, Parameter>>();
  const written = isObject(value.nodes) ? Object.entries(value.nodes) : [];
  for (const [id, node] of written) {
    if (!isObject(node) || node.matrix === undefined) continue;
    const result = interpolate(node.matrix, child(child('/nodes', id), 'matrix'), scope);
    const environment = [...new Set([...result.uses.values()].flatMap((use) => use.environment))];
    const axes = collect(result);
    const broken = result.broken.length > 0;
    matrices.set(
      id,
      new Map(
        isObject(axes) ? Object.entries(axes).map(([axis, each]) => [axis, { value: each, environment, broken }]) : [],
      ),
    );
  }
  const defaults = value.defaults === undefined ? undefined : interpolate(value.defaults, '/defaults', scope);
  const defaultValues = defaults && collect(defaults);
  const inherited = new Map<string, string>();
  const fanned = fanOut(written, (id) => matrices.get(id) ?? new Map());
  findings.push(...fanned.findings);

  const uses = new Map<string, ReadonlyMap<string, Use>>();
  const instances = fanned.instances.map((instance): Instance => {
    const { id, node, matrix } = instance;
    if (!isObject(node)) return instance;
    const own = new Map<string, Use>();
    const expanded: Record<string, Json> = { ...node };
    const inputs = isObject(node.inputs) ? new Map(Object.entries(node.inputs)) : new Map<string, Json>();
    for (const key of openKeys) {
      const section = node[key];
      if (section === undefined) continue;
      const result = interpolate(section, child(child('/nodes', instance.written), key), {
        ...scope,
        matrix,
        inputs,
        // What is handed to another pipeline becomes a parameter there.
        mayHoldSecrets: key === 'with' && !pipelinePattern.test(String(node.uses)),
      });
      for (const [pointer, use] of result.uses) own.set(pointer, use);
      expanded[key] = collect(result);
    }
    const inheriting = inherit(expanded, child('/nodes', instance.written), defaultValues);
    for (const [to, from] of inheriting.inherited) {
      inherited.set(to, from);
      for (const [pointer, use] of defaults!.uses) {
        if (isWithin(pointer, from)) own.set(to + pointer.slice(from.length), use);
      }
    }
    uses.set(id, own);
    return { ...instance, node: inheriting.node };
  });

  const first = new Map<string, Json>();
  for (const { written: id, node } of instances) if (!first.has(id)) first.set(id, node);
  const nodes = isObject(value.nodes)
    ? mapObject(value.nodes, (id) => withMatrix(first.get(id)!, matrices.get(id)))
    : value.nodes;
  const settled = Object.fromEntries([...params].map(([name, parameter]) => [name, parameter.value]));
  return {
    value: {
      ...value,
      ...(isObject(value.params) ? { params: settled } : {}),
      ...(defaultValues === undefined ? {} : { defaults: defaultValues }),
      ...(nodes === undefined ? {} : { nodes }),
    },
    params: settled,
    instances,
    inherited,
    uses,
    origin: originOf(uses, overridden.values, options.given ?? new Map()),
    broken,
    findings,
    diagnostics: overridden.diagnostics,
  };
}

/** Names under `secrets`, as far as they are sound. */
export function secretsOf(value: Json): string[] {
  const declared = isObject(value) ? value.secrets : undefined;
  return Array.isArray(declared) ? declared.filter((name) => typeof name === 'string') : [];
}

/** A node with the matrix that was taken out of it for its instances, so that its shape can be checked. */
function withMatrix(node: Json, matrix: ReadonlyMap<string, Parameter> | undefined): Json {
  if (!isObject(node) || matrix === undefined) return node;
  return { ...node, matrix: Object.fromEntries([...matrix].map(([axis, { value }]) => [axis, value])) };
}

/** The nearest value around a pointer that a parameter was part of. */
function originOf(
  uses: ReadonlyMap<string, ReadonlyMap<string, Use>>,
  overrides: ReadonlyMap<string, Json>,
  given: ReadonlyMap<string, GivenParameter>,
): Origin {
  const all = new Map([...uses.values()].flatMap((own) => [...own]));
  return (pointer) => {
    for (let at = pointer; at !== ''; at = parent(at)) {
      const parameter = all.get(at)?.params[0];
      if (parameter === undefined) continue;
      const from = overrides.has(parameter) ? 'command-line' : (given.get(parameter)?.place.location ?? 'file');
      return { parameter, from };
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

function mapObject(object: JsonObject, change: (key: string, value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(key, value)]));
}
