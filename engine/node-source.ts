/** Where an option of a node is written. */
import { child, parent } from './json-pointer.js';
import type { GivenPlace, ResolvedNode } from './spec.js';

export type PlaceInText = Pick<GivenPlace, 'location' | 'text'>;

/** `pointer` leads into `with`. A value that came from a parameter stands where that parameter got it. */
export function placeOfValue(
  { source, written, parameterOf }: Pick<ResolvedNode, 'source' | 'written' | 'parameterOf'>,
  pointer: string,
): GivenPlace {
  const { text, positions } = source;
  for (let at = pointer; at !== ''; at = parent(at)) {
    const parameter = parameterOf[at];
    if (parameter === undefined) continue;
    const place = { location: positions.value(child('/params', parameter)), text, parameter };
    return source.given.get(parameter) ?? place;
  }
  return { location: positions.value(child(child('/nodes', written), 'with') + pointer), text };
}
