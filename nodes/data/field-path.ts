/** Paths into a row: `name.common`, `capital[0]`, `currencies.EUR.symbol`. */
import type { Row } from './jsonl.js';

const pathPattern = /^[^.[\]]+(?:\.[^.[\]]+|\[\d+\])*$/;

export function isFieldPath(path: string): boolean {
  return pathPattern.test(path);
}

/**
 * The value at `path`; `undefined` when there is none. A column that is itself named `a.b` goes before the field `b` of
 * the column `a`, so that every header of a table can be named.
 */
export function readPath(row: Row, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  let value: unknown = row;
  for (const [, name, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    const key = name ?? index!;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** What `check` of a kind says of paths that are none; `pointer` leads to the list, or to the one path. */
export function fieldPathFindings(
  paths: readonly string[],
  pointer: string,
  inList = true,
): { readonly pointer: string; readonly message: string }[] {
  return paths.flatMap((path, index) =>
    isFieldPath(path)
      ? []
      : [
          {
            pointer: inList ? `${pointer}/${index}` : pointer,
            message: `${JSON.stringify(path)} is not the path of a field`,
          },
        ],
  );
}
