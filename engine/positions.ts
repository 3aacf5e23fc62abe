/** Where in a file each value and each key was written. Built from the parsed document when it is first asked. */
import { type Alias, type Document, isAlias, isMap, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Location } from './diagnostic.js';
import { steps } from './json-pointer.js';
import type { PositionIndex, SourceText } from './spec.js';

/** What each alias of a document stands for. */
export type AliasTargets = ReadonlyMap<Alias, Node>;

export function positionIndex(source: SourceText, document: Document, aliases: AliasTargets): PositionIndex {
  const pairsOf = pairLookup();

  const find = (pointer: string): { key: Node | undefined; value: Node | undefined } => {
    let value: Node | undefined = document.contents ?? undefined;
    let key: Node | undefined;
    for (const step of steps(pointer)) {
      const target: Node | undefined = isAlias(value) ? aliases.get(value) : value;
      if (isMap(target)) {
        const pair = pairsOf(target).get(step);
        if (pair === undefined) break;
        key = pair.key as Node;
        value = (pair.value as Node | null) ?? key;
      } else if (isSeq(target)) {
        const item = /^(?:0|[1-9][0-9]*)$/.test(step) ? target.items[Number(step)] : undefined;
        if (item === undefined) break;
        key = item as Node;
        value = item as Node;
      } else break;
    }
    return { key, value };
  };

  return {
    value: (pointer) => locate(source, find(pointer).value),
    key: (pointer) => {
      const { key, value } = find(pointer);
      return locate(source, key ?? value);
    },
  };
}

/** The range that a node was written at; of no node, the start of the file. */
export function locate(source: SourceText, node: Node | undefined): Location {
  const [start, end] = node?.range ?? [0, 0];
  return { file: source.file, start, end: Math.min(end, source.text.length) };
}

/** Key → its pair, for each map that was ever asked, so that big maps are searched once. */
function pairLookup(): (map: YAMLMap) => ReadonlyMap<string, Pair> {
  const lookups = new WeakMap<YAMLMap, Map<string, Pair>>();
  return (map) => {
    let lookup = lookups.get(map);
    if (lookup === undefined) {
      lookup = new Map();
      for (const pair of map.items) {
        const name = (pair.key as { value?: unknown } | null)?.value;
        if (typeof name === 'string') lookup.set(name, pair);
      }
      lookups.set(map, lookup);
    }
    return lookup;
  };
}
