/**
 * Why a node runs: the differences between what its key depends on now and what it depended on in the nearest earlier
 * run. Pure; `plan`, `run` and `explain` show the same reasons.
 */
import type { KeyComponents } from './key.js';
import type { Json, JsonObject } from './spec.js';

/** A place in a pipeline file, 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where the cause is written, once a plan has looked. */
interface Placed {
  readonly place?: Place;
}

export type Reason =
  /** No earlier run of this pipeline had this node. */
  | { readonly because: 'first-run' }
  /** The same work was done before, but its result is no longer in the store. */
  | { readonly because: 'not-in-store' }
  /** Nodes that it needs will run, so its inputs are not known yet. If they turn out the same, it is a hit. */
  | { readonly because: 'upstream'; readonly nodes: readonly string[] }
  | ({ readonly because: 'kind'; readonly before: string; readonly after: string } & Placed)
  | ({ readonly because: 'kind-version'; readonly before: number; readonly after: number } & Placed)
  | {
      readonly because: 'config';
      /** JSON pointer into the node's `with`. */
      readonly pointer: string;
      /** Absent when the option was not there. */
      readonly before?: Json;
      readonly after?: Json;
      /** The parameter that the value comes from. */
      readonly parameter?: string;
      readonly place?: Place;
    }
  | {
      readonly because: 'input';
      readonly port: string;
      readonly before: readonly string[];
      readonly after: readonly string[];
      /** What is wired to the port now, as `node.port`. */
      readonly from?: readonly string[];
      readonly place?: Place;
    }
  /** The user's code that runs; `files` are those of its files that differ. */
  | {
      readonly because: 'code';
      readonly before?: string;
      readonly after?: string;
      readonly files: readonly FileChange[];
      readonly place?: Place;
    }
  | ({ readonly because: 'source' } & FileChange & Placed)
  | ({
      readonly because: 'environment';
      readonly variable: string;
      readonly before?: string;
      readonly after?: string;
    } & Placed)
  | ({ readonly because: 'device'; readonly before?: string; readonly after?: string } & Placed);

export interface FileChange {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'edited';
}

/** The differences from `before` to `after`. Input digests are compared only where `compareInputs` is set. */
export function differences(before: KeyComponents, after: KeyComponents, compareInputs = true): Reason[] {
  const reasons: Reason[] = [];
  if (before.kind !== after.kind) return [{ because: 'kind', before: before.kind, after: after.kind }];
  if (before.version !== after.version) {
    reasons.push({ because: 'kind-version', before: before.version, after: after.version });
  }
  reasons.push(...configDifferences(before.config, after.config, ''));
  if (compareInputs) reasons.push(...inputDifferences(before.inputs, after.inputs));
  reasons.push(...fileChanges(before.sources, after.sources).map((file) => ({ because: 'source' as const, ...file })));
  if (before.code !== after.code) {
    reasons.push({ because: 'code', files: [], ...defined({ before: before.code, after: after.code }) });
  }
  for (const variable of unionOfKeys(before.environment, after.environment)) {
    const [old, now] = [before.environment[variable], after.environment[variable]];
    if (old !== now) reasons.push({ because: 'environment', variable, ...defined({ before: old, after: now }) });
  }
  if (before.device !== after.device) {
    reasons.push({ because: 'device', ...defined({ before: before.device, after: after.device }) });
  }
  return reasons;
}

function configDifferences(before: JsonObject, after: JsonObject, pointer: string): Reason[] {
  return unionOfKeys(before, after).flatMap((name): Reason[] => {
    const [old, now] = [before[name], after[name]];
    const here = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (isObject(old) && isObject(now)) return configDifferences(old, now, here);
    if (sameJson(old, now)) return [];
    return [{ because: 'config', pointer: here, ...defined({ before: old, after: now }) }];
  });
}

function inputDifferences(before: KeyComponents['inputs'], after: KeyComponents['inputs']): Reason[] {
  return unionOfKeys(before, after).flatMap((port): Reason[] => {
    const [old, now] = [before[port] ?? [], after[port] ?? []];
    return sameJson(old, now) ? [] : [{ because: 'input', port, before: old, after: now }];
  });
}

/** What became of files between two states, each given by name and digest. */
export function fileChanges(before: KeyComponents['sources'], after: KeyComponents['sources']): FileChange[] {
  const [old, now] = [before, after].map((files) => Object.fromEntries(files.map((file) => [file.name, file.digest])));
  return unionOfKeys(old!, now!).flatMap((name): FileChange[] => {
    if (old![name] === now![name]) return [];
    const change = old![name] === undefined ? 'added' : now![name] === undefined ? 'removed' : 'edited';
    return [{ name, change }];
  });
}

/** Equality as the key sees it: `7` and `7n` are the same integer. */
function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (isObject(a) && isObject(b)) return unionOfKeys(a, b).every((name) => sameJson(a[name], b[name]));
  if (typeof a === 'bigint' || typeof b === 'bigint') return a != null && b != null && String(a) === String(b);
  return a === b;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unionOfKeys(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

/** Leaves out what is `undefined`. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as never;
}
