/**
 * Reads what a node is about to use, and compares it with its digest: content that was cut short or changed from
 * outside is found here and never served. Each content is read once a run, however many nodes use it.
 */
import { type Digest, digestFile, digestForm } from '../cache/digest.js';
import { removeObject } from '../cache/prune.js';
import type { Store } from '../cache/store.js';
import type { FailureReport } from './event.js';

/** What is wrong with the inputs; what is damaged has been removed from the store, so that it is made anew. */
export type CheckInputs = (inputs: Readonly<Record<string, readonly Digest[]>>) => Promise<FailureReport | undefined>;

export function inputChecker(store: Store): CheckInputs {
  const read = new Map<Digest, Promise<boolean>>();
  const isSound = (digest: Digest): Promise<boolean> => {
    const known = read.get(digest) ?? digestFile(store.fileOf(digest)).then((found) => found === digest);
    read.set(digest, known);
    return known;
  };
  return async (inputs) => {
    for (const [port, digests] of Object.entries(inputs)) {
      for (const digest of digests.flatMap((each) => filesOf(store, each))) {
        if (await isSound(digest)) continue;
        read.delete(digest);
        await removeObject(store, digest);
        return {
          code: 'input-damaged',
          message: `the store held other bytes than ${digest}, which stands at the input ${port}; they have been removed`,
          hint: 'Run again: what made it runs anew. `lapidary verify --repair` looks for more.',
        };
      }
    }
    return undefined;
  };
}

/** The content itself, or all files of a directory. Tree objects are checked whenever they are read. */
function filesOf(store: Store, digest: Digest): Digest[] {
  if (digestForm(digest) === 'file') return [digest];
  return store.readTreeSync(digest).flatMap((entry) => ('digest' in entry ? [entry.digest] : []));
}
