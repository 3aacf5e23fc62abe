/** What went wrong while a user's module was loaded, with its place in the user's own file where the stack tells one. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Diagnostic, Location } from '../diagnostic.js';
import { offsetOfLine } from './bundle.js';
import { type Loaded, loadingLimit_ms } from './describe.js';

/** `undefined` where it was loaded. `paths` are the user's files. */
export function loadFinding(loaded: Loaded, paths: readonly string[]): Diagnostic | undefined {
  const notLoaded = { code: 'code-not-loaded', severity: 'error' } as const;
  switch (loaded.status) {
    case 'described':
      return undefined;
    case 'threw': {
      const location = firstPlace(loaded.stack, paths);
      return {
        ...notLoaded,
        message: `It throws while it is loaded: ${loaded.message}`,
        ...(location ? { location } : {}),
      };
    }
    case 'endless':
      return {
        ...notLoaded,
        message: `It is not loaded after ${loadingLimit_ms / 1000} s`,
        hint: 'A module only declares; work belongs into `run`.',
      };
    case 'crashed':
      return { ...notLoaded, message: `The process that loads it ends: ${loaded.message}` };
    default:
      return loaded satisfies never;
  }
}

/** The topmost call of a stack that stands in one of `paths`. */
function firstPlace(stack: string, paths: readonly string[]): Location | undefined {
  for (const line of stack.split('\n')) {
    const [, where = '', row, column] = /^\s+at (?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(line) ?? [];
    const file = where.startsWith('file:') ? fileURLToPath(where) : where;
    if (!paths.includes(file)) continue;
    try {
      const text = readFileSync(file, 'utf8');
      const start = Math.min(offsetOfLine(text, Number(row)) + Number(column) - 1, text.length);
      return { file, start, end: Math.min(start + 1, text.length) };
    } catch {
      return undefined;
    }
  }
  return undefined;
}
