import type { Diagnostic } from './diagnostic.js';

/** A stage's outcome: its value, with the warnings met on the way, or all that is wrong. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export function succeed<Value>(value: Value, warnings: readonly Diagnostic[] = []): Result<Value> {
  return { ok: true, value, warnings };
}

export function fail(diagnostics: readonly Diagnostic[]): Result<never> {
  return { ok: false, diagnostics };
}
