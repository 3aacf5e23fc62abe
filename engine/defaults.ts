/** `defaults`: what holds for every node that does not say otherwise. It is brought into each node before that is checked. */
import { isObject } from './json.js';
import { child } from './json-pointer.js';
import type { Json, JsonObject } from './spec.js';

/** The sections that say how a node runs, whatever it does. */
export const executionSections = ['resources', 'cache', 'retry', 'timeout', 'tolerance'] as const;

export interface Inheriting {
  readonly node: JsonObject;
  /** Pointer of each value that the node has got → where it is written. */
  readonly inherited: readonly (readonly [to: string, from: string])[];
}

/** `defaults` as in the file, its expressions resolved; `node` stands at `pointer`. A section is inherited key by key. */
export function inherit(node: JsonObject, pointer: string, defaults: Json | undefined): Inheriting {
  if (!isObject(defaults)) return { node, inherited: [] };
  const configs = isObject(defaults.with) ? defaults.with : {};
  const uses = typeof node.uses === 'string' ? node.uses : '';
  const sections: [name: string, value: Json | undefined, from: string][] = [
    ...executionSections.map((name): [string, Json | undefined, string] => [name, defaults[name], `/defaults/${name}`]),
    ['with', Object.hasOwn(configs, uses) ? configs[uses] : undefined, child('/defaults/with', uses)],
  ];
  const merged: Record<string, Json> = { ...node };
  const inherited: [string, string][] = [];
  for (const [name, value, from] of sections) {
    const own = node[name];
    const to = child(pointer, name);
    if (value === undefined) continue;
    if (own === undefined && !isObject(value)) {
      merged[name] = value;
      inherited.push([to, from]);
    } else if (isObject(value) && (own === undefined || isObject(own))) {
      merged[name] = { ...value, ...own };
      for (const key of Object.keys(value)) {
        if (own === undefined || !Object.hasOwn(own, key)) inherited.push([child(to, key), child(from, key)]);
      }
    }
  }
  return { node: merged, inherited };
}
