/**
 * From a parsed YAML document to a JSON value, with everything refused on the way that a pipeline may not hold:
 * duplicate and forbidden keys, keys that are not text, tags, merge keys, numbers that are not finite, aliases that
 * would grow the file beyond all measure.
 */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import type { Diagnostic, DiagnosticCode } from './diagnostic.js';
import { type AliasTargets, locate } from './positions.js';
import type { Json, SourceText } from './spec.js';
import { dialectDifference } from './yaml-dialect.js';

/** Containers within containers. No pipeline needs a tenth of it. */
export const maximumDepth = 100;
/** Values that aliases may add to a file in all. */
const maximumAliasedValues = 100_000;

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export interface YamlValues {
  readonly value: Json;
  readonly aliases: AliasTargets;
  /** Errors and warnings, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What an alias to a node would bring: its value, and how large and deep that is with all its own aliases. */
interface Measured {
  readonly value: Json;
  readonly size: number;
  readonly depth: number;
}

const nothing: Measured = { value: null, size: 1, depth: 0 };

export function readValues(source: SourceText, document: Document): YamlValues {
  const diagnostics: Diagnostic[] = [];
  const aliases = new Map<Alias, Node>();
  const anchors = new Map<string, { node: Node; measured?: Measured }>();
  let aliasedValues = 0;
  let exploded = false;

  const refuse = (code: DiagnosticCode, node: Node, message: string, hint?: string): Measured => {
    diagnostics.push({
      code,
      severity: 'error',
      message,
      location: locate(source, node),
      ...(hint === undefined ? {} : { hint }),
    });
    return nothing;
  };

  const read = (node: Node | null, depth: number): Measured => {
    if (node === null) return nothing;
    if (isAlias(node)) return readAlias(node, depth);
    if (node.tag !== undefined) {
      const tag = node.tag.replace(/^tag:yaml\.org,2002:/, '!!');
      return refuse(
        'yaml-syntax',
        node,
        `Tags such as \`${tag}\` are not read`,
        'Write the value itself; quote it if it is text.',
      );
    }
    const anchor = (node as { anchor?: string }).anchor;
    const entry: { node: Node; measured?: Measured } = { node };
    if (anchor !== undefined) anchors.set(anchor, entry);
    const measured = isScalar(node) ? readScalar(node) : readCollection(node, depth);
    entry.measured = measured;
    return measured;
  };

  const readAlias = (node: Alias, depth: number): Measured => {
    const anchor = anchors.get(node.source);
    if (anchor === undefined) {
      return refuse('yaml-syntax', node, `The alias \`*${node.source}\` has no anchor \`&${node.source}\` before it`);
    }
    aliases.set(node, anchor.node);
    const { measured } = anchor;
    if (measured === undefined) {
      return refuse('yaml-alias-bomb', node, `The alias \`*${node.source}\` stands inside what it stands for`);
    }
    aliasedValues += measured.size;
    if (aliasedValues > maximumAliasedValues || depth + measured.depth > maximumDepth) {
      if (exploded) return nothing;
      exploded = true;
      return refuse(
        'yaml-alias-bomb',
        node,
        `The aliases of this file stand for more than ${maximumAliasedValues} values, or for values nested more than ${maximumDepth} deep`,
        'Write the values out, or keep them in a data file.',
      );
    }
    return measured;
  };

  const readScalar = (node: Scalar): Measured => {
    const { value } = node;
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return refuse('invalid-value', node, `\`${node.source}\` is not a finite number`);
    }
    if (node.type === 'PLAIN' && node.source !== undefined) warnOfDialect(node, node.source);
    if (typeof value === 'bigint') {
      const safe = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
      return { value: safe ? Number(value) : value, size: 1, depth: 0 };
    }
    // `-0.0` and `0` must be the same configuration.
    if (value === 0) return { value: 0, size: 1, depth: 0 };
    if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number') {
      return { value, size: 1, depth: 0 };
    }
    return refuse('yaml-syntax', node, 'This value is neither text, number, boolean nor null');
  };

  const warnOfDialect = (node: Scalar, text: string): void => {
    const difference = dialectDifference(text);
    if (difference === undefined) return;
    diagnostics.push({
      code: 'yaml-1.1-difference',
      severity: 'warning',
      message: `\`${text}\` is ${difference.here} here, and ${difference.there} to readers of YAML 1.1`,
      location: locate(source, node),
      hint: difference.hint,
    });
  };

  const readCollection = (node: Node, depth: number): Measured => {
    if (isSeq(node)) {
      let size = 1;
      let deepest = 0;
      const value: Json[] = [];
      for (const item of node.items) {
        const measured = read(item as Node | null, depth + 1);
        value.push(measured.value);
        size += measured.size;
        deepest = Math.max(deepest, measured.depth);
      }
      return { value, size, depth: deepest + 1 };
    }
    return isMap(node) ? readMap(node, depth) : refuse('yaml-syntax', node, 'This is not a value');
  };

  const readMap = (node: YAMLMap, depth: number): Measured => {
    const value: Record<string, Json> = {};
    const seen = new Map<string, Node>();
    let size = 1;
    let deepest = 0;
    for (const pair of node.items) {
      const key = readKey(pair.key as Node | null, node, seen);
      const measured = read(pair.value as Node | null, depth + 1);
      size += measured.size;
      deepest = Math.max(deepest, measured.depth);
      if (key !== undefined) value[key] = measured.value;
    }
    return { value, size, depth: deepest + 1 };
  };

  const readKey = (key: Node | null, map: YAMLMap, seen: Map<string, Node>): string | undefined => {
    const name = isScalar(key) && key.tag === undefined ? key.value : undefined;
    if (key === null || typeof name !== 'string') {
      const written = isScalar(key) && key.source ? key.source : undefined;
      refuse('wrong-type', key ?? map, 'A key must be text', written && `Quote it: "${written}".`);
      return undefined;
    }
    // The document gives anchors of keys too; an alias to one is as good as to any other text.
    if ((key as Scalar).anchor !== undefined) {
      anchors.set((key as Scalar).anchor!, { node: key, measured: { value: name, size: 1, depth: 0 } });
    }
    if (forbiddenKeys.has(name)) {
      refuse('forbidden-key', key, `\`${name}\` cannot be a key`, 'Choose another name.');
      return undefined;
    }
    if (name === '<<' && (key as Scalar).type === 'PLAIN') {
      refuse('forbidden-key', key, 'Merge keys (`<<`) belong to YAML 1.1 and are not read', 'Write the keys out.');
      return undefined;
    }
    const first = seen.get(name);
    if (first !== undefined) {
      diagnostics.push({
        code: 'duplicate-key',
        severity: 'error',
        message: `The key \`${name}\` is written twice`,
        location: locate(source, key),
        related: [{ message: `\`${name}\` is first written here`, location: locate(source, first) }],
        hint: 'Remove one of them.',
      });
      return undefined;
    }
    seen.set(name, key);
    return name;
  };

  const { value } = read(document.contents as Node | null, 0);
  return { value, aliases, diagnostics };
}
