/** Finds sets whose signatures share a band. */
import type { Bands, Signature } from './minhash.js';
import { mix } from './shingles.js';

export interface LshIndex {
  /** Numbers of the sets, in the order added from 0, that share a band with this one. Each once. */
  candidates(signature: Signature): Set<number>;
  add(signature: Signature): void;
  /** How often a bucket was full. */
  overflows(): number;
}

/**
 * `bucketSize` bounds how many sets of one band a query meets, so that time stays linear where many sets are alike but
 * not alike enough; what a bucket does not take can be missed.
 */
export function createLshIndex({ bands, width }: Bands, bucketSize = 256): LshIndex {
  const buckets = Array.from({ length: bands }, () => new Map<number, number | number[]>());
  let size = 0;
  let overflows = 0;
  const keyOf = (signature: Signature, band: number): number => {
    let hash = band;
    for (let place = band * width; place < (band + 1) * width; place++) {
      hash = mix(Math.imul(hash, 31) ^ signature[place]!);
    }
    // Small integers are cheap keys. Sets that share a key by chance are told apart by the caller.
    return hash >>> 1;
  };
  return {
    candidates(signature) {
      const found = new Set<number>();
      for (let band = 0; band < bands; band++) {
        const bucket = buckets[band]!.get(keyOf(signature, band));
        if (typeof bucket === 'number') found.add(bucket);
        else for (const set of bucket ?? []) found.add(set);
      }
      return found;
    },
    add(signature) {
      for (let band = 0; band < bands; band++) {
        const key = keyOf(signature, band);
        const bucket = buckets[band]!.get(key);
        if (bucket === undefined) buckets[band]!.set(key, size);
        else if (typeof bucket === 'number') buckets[band]!.set(key, [bucket, size]);
        else if (bucket.length < bucketSize) bucket.push(size);
        else overflows++;
      }
      size++;
    },
    overflows: () => overflows,
  };
}
