/**
 * What can go wrong while a node runs, for reasons that a user can mend. A kind throws it from anywhere below `run`;
 * the engine catches it in one place and turns it into a `node.failed` event. Anything else that is thrown is a bug,
 * and is shown with its stack.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  /** `code` is stable and lower-case: `row-type-mismatch`. `hint` says what to do. */
  constructor(
    readonly code: string,
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** Thrown by a node that was asked to leave and has checkpointed. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
