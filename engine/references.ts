/** What is written under `inputs`, read as references to other nodes' outputs. */
import { atValue, type Finding, finding } from './finding.js';
import type { Kind } from './kind.js';
import { writtenId } from './matrix.js';
import { suggest } from './nearest.js';
import type { Reference } from './spec.js';

/** What is known of a node while references to it are read. */
export interface Target {
  /** Absent while the kind is unknown: that is an error of its own. */
  readonly kind?: Kind;
}

/** An instance, or one of its ports. Wider than what a node may be called, so that a slip is answered by the right name. */
const written = /^([a-zA-Z0-9_-]+(?:\[[^\]]*\])?)(?:\.([a-zA-Z0-9_-]+))?$/;

/** The node that a reference names, whether there is one or not. */
export function referredNode(text: string): string | undefined {
  return written.exec(text)?.[1];
}

/** A reference, a finding, or `undefined` where an error elsewhere must be mended first. */
export function readReference(
  text: string,
  pointer: string,
  targets: ReadonlyMap<string, Target>,
  /** The artifact type that the port takes, where known: a bare `node` means its one output of that type. */
  wanted: string | undefined,
): Reference | Finding | undefined {
  const match = written.exec(text);
  if (match === null) {
    return finding('invalid-value', atValue(pointer), `\`${text}\` is not a reference to a node`, {
      hint: text.includes('${')
        ? 'References are written out; `${…}` works in `with` and `resources`.'
        : 'Write `node`, `node.port`, or `node[*].port` for all of a matrix.',
    });
  }
  const [, node = '', port] = match;
  const target = targets.get(node);
  if (target === undefined) {
    return finding('unknown-node', atValue(pointer), `There is no node \`${writtenId(node)}\``, {
      hint: suggest(writtenId(node), new Set([...targets.keys()].map(writtenId)), 'Nodes'),
    });
  }
  if (target.kind === undefined) return undefined;
  return port === undefined
    ? onlyPort(node, target.kind, pointer, wanted)
    : namedPort(node, port, target.kind, pointer);
}

function namedPort(node: string, port: string, kind: Kind, pointer: string): Reference | Finding {
  if (Object.hasOwn(kind.outputs, port)) return { node, port };
  return finding('unknown-port', atValue(pointer), `\`${node}\` (${kind.name}) has no output \`${port}\``, {
    hint: suggest(port, Object.keys(kind.outputs), 'Its outputs') ?? 'It has no outputs.',
  });
}

function onlyPort(node: string, kind: Kind, pointer: string, wanted: string | undefined): Reference | Finding {
  const ports = Object.entries(kind.outputs);
  if (ports.length === 1) return { node, port: ports[0]![0] };
  if (ports.length === 0) {
    return finding('unknown-port', atValue(pointer), `\`${node}\` (${kind.name}) has no outputs to refer to`);
  }
  const written = ports.map(([port]) => `\`${node}.${port}\``);
  const fitting = ports.filter(([, { type }]) => type === wanted);
  if (fitting.length === 1) return { node, port: fitting[0]![0] };
  return finding('ambiguous-port', atValue(pointer), `\`${node}\` has several outputs: which one?`, {
    hint: `Write one of ${written.join(', ')}.`,
  });
}
