/** Adds to a reason what the differing keys do not tell: where the cause is written, and which file of code has changed. */
import { child } from './json-pointer.js';
import { type PlaceInText, placeOfValue } from './node-source.js';
import type { History } from './plan.js';
import { fileChanges, type Place, type Reason } from './reason.js';
import type { NodeSource, ResolvedNode } from './spec.js';

export function locateReason(reason: Reason, node: ResolvedNode, history: History): Reason {
  const at = (...steps: string[]): PlaceInText => {
    const pointer = steps.reduce((parent, step) => child(parent, step), child('/nodes', node.written));
    return { location: node.source.positions.value(pointer), text: node.source.text };
  };
  switch (reason.because) {
    case 'first-run':
    case 'not-in-store':
    case 'upstream':
      return reason;
    case 'config': {
      const place = placeOfValue(node, reason.pointer);
      const { parameter } = place;
      return { ...reason, place: positionIn(place, node.source), ...(parameter === undefined ? {} : { parameter }) };
    }
    case 'kind':
    case 'kind-version':
      return { ...reason, place: positionIn(at('uses'), node.source) };
    case 'input': {
      const from = (node.inputs[reason.port] ?? []).map((wired) => `${wired.node}.${wired.port}`);
      return { ...reason, from, place: positionIn(at('inputs', reason.port), node.source) };
    }
    case 'source': {
      const spec = node.sources[0];
      return spec ? { ...reason, place: positionIn(placeOfValue(node, spec.pointer), node.source) } : reason;
    }
    case 'code': {
      const files = fileChanges(history.get(node.id)?.code ?? [], node.code?.files ?? []);
      const named = node.kind.module?.(node.config);
      const place = named ? placeOfValue(node, named.pointer) : at('uses');
      return { ...reason, files, place: positionIn(place, node.source) };
    }
    case 'environment':
      return { ...reason, place: positionIn(at('with'), node.source) };
    case 'device':
      return { ...reason, place: positionIn(at('cache'), node.source) };
    default:
      return reason satisfies never;
  }
}

/** Starts of lines, once a file: a plan may have thousands of reasons in one. */
const lineStarts = new WeakMap<NodeSource, readonly number[]>();

function positionIn({ location, text }: PlaceInText, source: NodeSource): Place {
  const own = text === source.text ? (lineStarts.get(source) ?? startsOf(text)) : startsOf(text);
  if (text === source.text) lineStarts.set(source, own);
  let [low, high] = [0, own.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (own[middle]! <= location.start) low = middle;
    else high = middle - 1;
  }
  return { file: location.file, line: low + 1, column: location.start - own[low]! + 1 };
}

function startsOf(text: string): number[] {
  const starts = [0];
  for (let next = text.indexOf('\n'); next >= 0; next = text.indexOf('\n', next + 1)) starts.push(next + 1);
  return starts;
}
