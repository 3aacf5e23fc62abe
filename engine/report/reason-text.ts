/** Reasons, in words. */

import { stringify } from '../json.js';
import type { Reason } from '../reason.js';
import { shortHash } from './format.js';

/** One line; `showFile` turns a file's path into what is shown. */
export function reasonText(reason: Reason, showFile: (file: string) => string = (file) => file): string {
  const place = 'place' in reason ? reason.place : undefined;
  const where = place ? `  ${showFile(place.file)}:${place.line}:${place.column}` : '';
  return causeText(reason) + where;
}

function causeText(reason: Reason): string {
  switch (reason.because) {
    case 'first-run':
      return 'it has not run before';
    case 'not-in-store':
      return 'its result is no longer in the store';
    case 'upstream':
      return `it waits for ${reason.nodes.join(', ')}; a hit if what comes out is the same as before`;
    case 'kind':
      return `uses: ${reason.before} → ${reason.after}`;
    case 'kind-version':
      return `the kind's version: ${reason.before} → ${reason.after}`;
    case 'config': {
      const from = reason.parameter === undefined ? '' : ` (parameter ${reason.parameter})`;
      return `with${reason.pointer.replaceAll('/', '.')}${from}: ${show(reason.before)} → ${show(reason.after)}`;
    }
    case 'input': {
      const from = reason.from && reason.from.length > 0 ? ` (${reason.from.slice(0, 3).join(', ')})` : '';
      return `input ${reason.port}${from}: ${hashes(reason.before)} → ${hashes(reason.after)}`;
    }
    case 'source':
      return `${reason.name} was ${reason.change}`;
    case 'code': {
      const files = reason.files.map(({ name, change }) => `${name} was ${change}`);
      const digest = (text: string | undefined): string => (text === undefined ? '(none)' : shortHash(text));
      return `code: ${files.length > 0 ? files.join(', ') : `${digest(reason.before)} → ${digest(reason.after)}`}`;
    }
    case 'environment':
      return `environment ${reason.variable}: ${show(reason.before)} → ${show(reason.after)}`;
    case 'device':
      return `device: ${reason.before ?? 'any'} → ${reason.after ?? 'any'}`;
    default:
      return reason satisfies never;
  }
}

function show(value: unknown): string {
  if (value === undefined) return '(absent)';
  const text = typeof value === 'bigint' ? value.toString() : stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function hashes(digests: readonly string[]): string {
  return digests.length === 0 ? '(nothing)' : digests.map(shortHash).join(', ');
}
