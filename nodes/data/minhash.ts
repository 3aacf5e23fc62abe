/**
 * MinHash (Broder, "On the resemblance and containment of documents", 1997): the share of equal places in two
 * signatures estimates the Jaccard similarity of the sets. Locality-sensitive hashing cuts signatures into bands; sets
 * with an equal band become candidates (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3).
 */
import { createRandom } from '../tensor/random.js';
import { mix } from './shingles.js';

/** One minimum for each permutation of the 32-bit numbers. */
export type Signature = Uint32Array;

/** Makes signatures of sets of hashes. Each permutation is x → mix(x · a + b), a odd: one to one. */
export function createSigner(permutations: number): (set: Uint32Array) => Signature {
  const random = createRandom(0, 'minhash');
  const factors = Uint32Array.from({ length: permutations }, (_, i) => random.uint32(2 * i) | 1);
  const offsets = Uint32Array.from({ length: permutations }, (_, i) => random.uint32(2 * i + 1));
  return (set) => {
    const signature = new Uint32Array(permutations).fill(0xffffffff);
    for (let permutation = 0; permutation < permutations; permutation++) {
      const factor = factors[permutation]!;
      const offset = offsets[permutation]!;
      let least = 0xffffffff;
      for (let index = 0; index < set.length; index++) {
        const hash = mix(Math.imul(set[index]!, factor) + offset);
        if (hash < least) least = hash;
      }
      signature[permutation] = least;
    }
    return signature;
  };
}

export interface Bands {
  readonly bands: number;
  /** Places of the signature in each band. */
  readonly width: number;
}

/** The chance that two sets of this similarity share a band. */
export function candidateChance(similarity: number, { bands, width }: Bands): number {
  return 1 - (1 - similarity ** width) ** bands;
}

/**
 * The bands with the least expected error for a threshold, as datasketch's `MinHashLSH` chooses them: the weighted sum
 * of the false positives below it and the false negatives above, each the integral of the chance over the similarity.
 * `missWeight` is the weight of the latter; datasketch's default is 0.5.
 */
export function chooseBands(threshold: number, permutations: number, missWeight: number): Bands {
  let best: Bands = { bands: 1, width: 1 };
  let least = Number.POSITIVE_INFINITY;
  for (let bands = 1; bands <= permutations; bands++) {
    for (let width = 1; width <= Math.floor(permutations / bands); width++) {
      const error = expectedError(threshold, { bands, width }, missWeight);
      if (error < least) [least, best] = [error, { bands, width }];
    }
  }
  return best;
}

function expectedError(threshold: number, bands: Bands, missWeight: number): number {
  const falsePositives = integrate((similarity) => candidateChance(similarity, bands), 0, threshold);
  const falseNegatives = integrate((similarity) => 1 - candidateChance(similarity, bands), threshold, 1);
  return (1 - missWeight) * falsePositives + missWeight * falseNegatives;
}

/** By midpoints. */
function integrate(f: (x: number) => number, from: number, to: number): number {
  const step = 0.001;
  const steps = Math.max(1, Math.round((to - from) / step));
  let sum = 0;
  for (let index = 0; index < steps; index++) sum += f(from + ((index + 0.5) * (to - from)) / steps);
  return (sum * (to - from)) / steps;
}
