/**
 * A finding about the value of a pipeline file, before it has a place in the text: it points into the JSON value.
 * The stages that check values make findings; `locateFindings` turns them into diagnostics.
 */
import type { Diagnostic, DiagnosticCode, Location } from './diagnostic.js';
import { parent } from './json-pointer.js';
import type { PositionIndex } from './spec.js';

export interface Place {
  readonly pointer: string;
  /** Whether the key or its value is meant. */
  readonly at: 'key' | 'value';
}

export interface Finding extends Place {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string;
  readonly related?: readonly (Place & { readonly message: string })[];
}

/**
 * Tells where a value that did not stand at its place came from: the parameter, and where that got its value: in its own
 * file, on the command line, or at a place in another file.
 */
export type Origin = (
  pointer: string,
) => { readonly parameter: string; readonly from: 'file' | 'command-line' | Location } | undefined;

/** A finding; absent members are left out rather than set to `undefined`. */
export function finding(
  code: DiagnosticCode,
  place: Place,
  message: string,
  more: { readonly hint?: string | undefined; readonly related?: Finding['related'] } = {},
): Finding {
  return {
    code,
    ...place,
    message,
    ...(more.hint === undefined ? {} : { hint: more.hint }),
    ...(more.related === undefined || more.related.length === 0 ? {} : { related: more.related }),
  };
}

export const atKey = (pointer: string): Place => ({ pointer, at: 'key' });
export const atValue = (pointer: string): Place => ({ pointer, at: 'value' });

/** Each finding with its place in the text. A value that a parameter gave has the parameter's place as a related one. */
export function locateFindings(findings: readonly Finding[], positions: PositionIndex, origin: Origin): Diagnostic[] {
  const locate = (place: Place) => (place.at === 'key' ? positions.key(place.pointer) : positions.value(place.pointer));
  return findings.map((found): Diagnostic => {
    const source = origin(found.pointer);
    const related = (found.related ?? []).map((other) => ({ message: other.message, location: locate(other) }));
    if (source && source.from !== 'command-line') {
      related.push({
        message: `the value comes from the parameter \`${source.parameter}\``,
        location: source.from === 'file' ? positions.value(`/params/${source.parameter}`) : source.from,
      });
    }
    const hint = [
      found.hint,
      source?.from === 'command-line' ? `The value was given by \`-p ${source.parameter}=…\`.` : undefined,
    ].filter((part) => part !== undefined);
    return {
      code: found.code,
      severity: 'error',
      message: found.message,
      location: locate(found),
      ...(related.length === 0 ? {} : { related }),
      ...(hint.length === 0 ? {} : { hint: hint.join(' ') }),
    };
  });
}

/** Sorted by position, `file` first; those without a place come before all. Equal ones keep their order. */
export function inOrder(diagnostics: readonly Diagnostic[], file: string): Diagnostic[] {
  const rank = ({ location }: Diagnostic): string =>
    location === undefined ? '' : location.file === file ? ' ' : location.file;
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...diagnostics].sort(
    (a, b) => compare(rank(a), rank(b)) || (a.location?.start ?? -1) - (b.location?.start ?? -1),
  );
}

/** Whether one of `pointers` is `pointer` or contains it. */
export function covers(pointers: ReadonlySet<string>, pointer: string): boolean {
  if (pointers.size === 0) return false;
  for (let at = pointer; ; at = parent(at)) {
    if (pointers.has(at)) return true;
    if (at === '') return false;
  }
}

/** `pointers` and all that contains them: tells in one look-up whether something lies at or inside a place. */
export function withAncestors(pointers: Iterable<string>): ReadonlySet<string> {
  const all = new Set<string>();
  for (const pointer of pointers) {
    for (let at = pointer; !all.has(at); at = parent(at)) all.add(at);
  }
  return all;
}
