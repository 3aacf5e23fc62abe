/** Before a node runs: the files of other machines that it reads, and that the store does not have, are fetched. */
import type { Store } from '../cache/store.js';
import { download } from './download.js';
import type { NodeMessage } from './event.js';
import type { SourceFile } from './kind.js';
import { hostOf, type Remotes } from './remote.js';

/** Throws `Failure` where one cannot be had. */
export async function fetchSources(
  sources: readonly SourceFile[],
  store: Store,
  remotes: Remotes | undefined,
  { signal, emit }: { readonly signal: AbortSignal; readonly emit: (message: NodeMessage) => void },
): Promise<void> {
  const absent = sources.filter(({ digest, origin }) => origin !== undefined && !store.hasSync(digest));
  const megabytes = (bytes: number) => Math.round(bytes / 1e4) / 100;
  const total = megabytes(absent.reduce((sum, { origin }) => sum + origin!.size, 0));
  let before = 0;
  for (const { digest, origin } of absent) {
    const { location, revision: commit, path, size } = origin!;
    let told = 0;
    const onProgress = (bytes: number) => {
      if (bytes - told < 1e7 && bytes !== size) return;
      told = bytes;
      emit({ event: 'node.progress', step: megabytes(before + bytes), total, unit: 'MB' });
    };
    const host = hostOf(location, remotes)!;
    await download(store, { host, location, commit, file: { path, size }, wanted: digest, signal, onProgress });
    before += size;
  }
}
