/** A node's `inputs`: which output is wired to which port. */

import { atKey, atValue, type Finding, finding } from './finding.js';
import { isObject } from './json.js';
import { child } from './json-pointer.js';
import type { Kind } from './kind.js';
import { nearest, suggest } from './nearest.js';
import { readReference, referredNode, type Target } from './references.js';
import type { Json, Reference } from './spec.js';

/** One reference as written: from an output of another node to a port of this one. */
export interface Edge {
  readonly from: Reference;
  readonly to: Reference;
  /** Where the reference is written. */
  readonly pointer: string;
}

export interface Wiring {
  readonly edges: readonly Edge[];
  /** Nodes that are referred to, with the place, even where the port is wrong: for cycles. */
  readonly dependencies: readonly { readonly node: string; readonly pointer: string }[];
  readonly findings: readonly Finding[];
}

/** `written` is what stands under `inputs` of the node `id`, at `pointer`; its shape has been checked elsewhere. */
export function readWiring(
  id: string,
  kind: Kind | undefined,
  written: Json | undefined,
  pointer: string,
  targets: ReadonlyMap<string, Target>,
): Wiring {
  const edges: Edge[] = [];
  const dependencies: { node: string; pointer: string }[] = [];
  const findings: Finding[] = [];
  const ports = isObject(written) ? written : {};

  for (const [name, value] of Object.entries(ports)) {
    const at = child(pointer, name);
    const port = kind && Object.hasOwn(kind.inputs, name) ? kind.inputs[name] : undefined;
    if (kind && !port) findings.push(unknownPort(id, kind, name, at));
    if (Array.isArray(value) && port && !port.many) {
      findings.push(
        finding('wrong-type', atValue(at), `\`${name}\` of \`${id}\` takes one reference, not a list`, {
          hint: value.length === 1 ? 'Write it without the brackets.' : undefined,
        }),
      );
    }
    const references: [Json, string][] = Array.isArray(value)
      ? value.map((item: Json, index) => [item, child(at, index)])
      : [[value, at]];
    for (const [text, place] of references) {
      if (typeof text !== 'string') continue;
      const node = referredNode(text);
      if (node !== undefined && targets.has(node)) dependencies.push({ node, pointer: place });
      // The reference is read even where its own port is unknown: what is wrong in it is worth telling at once.
      const found = readReference(text, place, targets, port?.type);
      if (found === undefined) continue;
      if ('code' in found) findings.push(found);
      else if (port && (port.many || !Array.isArray(value))) {
        edges.push({ from: found, to: { node: id, port: name }, pointer: place });
      }
    }
  }
  if (kind && (written === undefined || isObject(written))) findings.push(...missingPorts(id, kind, ports, pointer));
  return { edges, dependencies, findings };
}

function unknownPort(id: string, kind: Kind, name: string, pointer: string): Finding {
  return finding('unknown-port', atKey(pointer), `\`${id}\` (${kind.name}) has no input \`${name}\``, {
    hint: suggest(name, Object.keys(kind.inputs), 'Its inputs') ?? 'It takes no inputs.',
  });
}

function missingPorts(id: string, kind: Kind, ports: { readonly [port: string]: Json }, pointer: string): Finding[] {
  // An unknown port that was meant to be this one has its own error, which names it.
  const unknown = Object.keys(ports).filter((name) => !Object.hasOwn(kind.inputs, name));
  const misspelt = new Set(unknown.map((name) => nearest(name, Object.keys(kind.inputs))));
  return Object.entries(kind.inputs).flatMap(([name, port]) => {
    const value = Object.hasOwn(ports, name) ? ports[name] : undefined;
    const empty = Array.isArray(value) && value.length === 0;
    if (misspelt.has(name)) return [];
    if (port.optional || (value !== undefined && !empty)) return [];
    const place = empty ? atValue(child(pointer, name)) : atKey(pointer);
    const article = /^[aeiou]/.test(port.type) ? 'an' : 'a';
    return finding(
      'missing-input',
      place,
      `\`${id}\` (${kind.name}) needs the input \`${name}\`, ${article} ${port.type}`,
      {
        hint: port.description,
      },
    );
  });
}
