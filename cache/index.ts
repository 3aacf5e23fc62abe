/** The content-addressed store. */
export { type CanonicalValue, digestCanonical, encodeCanonical } from './canonical.js';
export { compareCodePoints } from './code-point-order.js';
export {
  type Digest,
  type DigestForm,
  digestBytes,
  digestFile,
  digestForm,
  digestHex,
  parseDigest,
} from './digest.js';
export type { Lock, LockOptions } from './lock.js';
export { type Memo, openMemo } from './memo.js';
export { type Pruned, type PruneOptions, prune, type Roots } from './prune.js';
export type { PublishOptions } from './publish.js';
export { openStore, type Store } from './store.js';
export { StoreError, type StoreErrorCode } from './store-error.js';
export type { Json, Trace, TraceStore } from './trace-store.js';
export { scanTree, type Tree, type TreeEntry } from './tree.js';
export { type StoreProblem, verifyStore } from './verify.js';
