/** What can go wrong with the store for reasons that lie outside the program. */
export type StoreErrorCode =
  /** The device, the quota or the largest file size is exhausted. */
  | 'disk-full'
  /** The store's folder is read-only, or belongs to somebody else. */
  | 'store-not-writable'
  /** The store was written by a newer version of the program. */
  | 'store-newer'
  /** The store's own files cannot be read, or do not make sense. */
  | 'store-unreadable'
  /** What should be published, or digested, cannot be read. */
  | 'source-unreadable'
  /** A socket, a device, or a name that is not UTF-8: content that no digest can name. */
  | 'source-unsupported'
  /** A file that is written to all the time never holds still long enough to be digested. */
  | 'source-changing'
  /** Content that is asked for is not in the store. */
  | 'object-missing'
  /** Content in the store is not what its name says. */
  | 'object-corrupt'
  /** The place that content should be restored to cannot be written. */
  | 'destination-not-writable'
  /** The store's file system has no hard links, which locks need. */
  | 'locks-unsupported';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** `hint` says what to do. */
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    readonly hint: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** What the program was doing when the system refused: it decides whose fault a missing permission is. */
export type Doing = 'reading the source' | 'reading the store' | 'writing the store' | 'writing the destination';

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Turns a system error into a `StoreError` with a hint. Other errors, being bugs, are returned as they are. */
export function storeErrorOf(error: unknown, doing: Doing, path: string): unknown {
  const system = systemCode(error);
  if (system === undefined) return error;
  const options = { cause: error };
  const why = `${doing} failed: ${(error as Error).message}`;
  if (fullCodes.has(system)) {
    return new StoreError(
      'disk-full',
      why,
      `free some space on the device that holds ${path}, then run again`,
      options,
    );
  }
  switch (doing) {
    case 'reading the source':
      return new StoreError('source-unreadable', why, `check that ${path} exists and can be read`, options);
    case 'reading the store':
      if (system === 'ENOENT') {
        return new StoreError('object-missing', why, 'run the pipeline again to make it anew', options);
      }
      return new StoreError('store-unreadable', why, `check the permissions of ${path}`, options);
    case 'writing the store':
      return new StoreError(
        'store-not-writable',
        why,
        `check the permissions of ${path}, or set LAPIDARY_HOME to a folder that can be written`,
        options,
      );
    case 'writing the destination':
      return new StoreError('destination-not-writable', why, `check the permissions of ${path}`, options);
    default:
      return doing satisfies never;
  }
}

/** `ENOENT` and its like, for an error that came from the operating system. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Runs `action`, and translates what the operating system has against it. */
export async function guard<Value>(doing: Doing, path: string, action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    throw storeErrorOf(error, doing, path);
  }
}

/** As `guard`, for the synchronous calls. */
export function guardSync<Value>(doing: Doing, path: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw storeErrorOf(error, doing, path);
  }
}
