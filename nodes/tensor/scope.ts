/**
 * Names for the parts of a model while they are computed: the module's path, as its weights have it, such as
 * `model.layers.3.mlp.down_proj`. Nodes of a traced graph keep them, so that an error names a layer and not a node's number.
 */
let current: string | undefined;
const failedIn = new WeakMap<Error, string>();

/** Computes `body` as the module of this path. An error remembers the innermost module that it left. */
export function inModule<T>(path: string, body: () => T): T {
  const outer = current;
  current = path;
  try {
    return body();
  } catch (error) {
    if (error instanceof Error && !failedIn.has(error)) failedIn.set(error, path);
    throw error;
  } finally {
    current = outer;
  }
}

/** The module that is being computed. */
export function currentModule(): string | undefined {
  return current;
}

/** The module in which an error was thrown. */
export function moduleOfError(error: unknown): string | undefined {
  return error instanceof Error ? failedIn.get(error) : undefined;
}
