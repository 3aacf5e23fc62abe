/**
 * A finding about a pipeline, as a value: what is wrong, where, and what to do. `code-frame.ts` draws it.
 */
export type Severity = 'error' | 'warning';

/** A half-open range of UTF-16 offsets in a file's text. */
export interface Location {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export type DiagnosticCode =
  | 'file-not-found'
  | 'file-too-large'
  | 'file-not-utf8'
  | 'yaml-syntax'
  | 'yaml-alias-bomb'
  | 'yaml-1.1-difference'
  | 'duplicate-key'
  | 'forbidden-key'
  | 'wrong-type'
  | 'missing-key'
  | 'unknown-key'
  | 'invalid-value'
  | 'unknown-kind'
  | 'unknown-node'
  | 'unknown-port'
  | 'missing-input'
  | 'ambiguous-port'
  | 'unknown-parameter'
  | 'unknown-variable'
  | 'artifact-type-mismatch'
  | 'model-task-mismatch'
  | 'row-type-mismatch'
  | 'cycle'
  | 'data-file-not-found'
  | 'code-not-bundled'
  | 'code-warning'
  | 'code-not-loaded'
  | 'code-no-node'
  | 'code-no-function'
  | 'type-error'
  | 'not-type-checked'
  | 'unknown-secret'
  | 'secret-not-set'
  | 'secret-exposed'
  | 'frozen-lock-differs'
  | 'lock-conflict'
  | 'lock-newer'
  | 'lock-unreadable';

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  /** Absent when the finding is about no place in a file. */
  readonly location?: Location;
  /** Other places that matter: the first use of a duplicate key, each edge of a cycle. */
  readonly related?: readonly { readonly message: string; readonly location: Location }[];
  /** What to do about it. */
  readonly hint?: string;
}
