/** The choice of a sample: pure, and a function of the seed and the rows' strata alone. */
import { Failure } from '../../engine/failure.js';
import { createRandom } from '../tensor/random.js';

/** How many of `total` rows to take. Throws `Failure` where there are too few. */
export function sampleSize(
  total: number,
  {
    n,
    fraction,
    replacement,
  }: { readonly n: number | null; readonly fraction: number | null; readonly replacement: boolean },
): number {
  if (total === 0) throw new Failure('dataset-empty', 'The dataset holds no rows.');
  const size = n ?? Math.max(1, Math.round(total * fraction!));
  if (size <= total || replacement) return size;
  const hint = 'Give a smaller `n`, or set `replacement: true`.';
  throw new Failure('sample-impossible', `There are ${total} rows to take ${size} from.`, hint);
}

/**
 * Shares `size` out in proportion to `counts`, by largest remainders (Hamilton's method): they sum to `size`, each is
 * its exact share rounded up or down. Equal remainders go to the earlier one.
 */
export function apportion(size: number, counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  // In whole numbers, so that equal remainders are equal.
  const exact = counts.map((count) => BigInt(size) * BigInt(count));
  const shares = exact.map((product) => Number(product / BigInt(total)));
  const remainders = exact.map((product) => product % BigInt(total));
  let left = size - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = [...counts.keys()].sort((a, b) => {
    const difference = remainders[b]! - remainders[a]!;
    return difference > 0n ? 1 : difference < 0n ? -1 : a - b;
  });
  for (const index of byRemainder) {
    if (left-- <= 0) break;
    shares[index]!++;
  }
  return shares;
}

/** How often each index below `total` is drawn, `size` in all. `purpose` keeps the draws of strata apart. */
export function drawCounts(
  total: number,
  size: number,
  replacement: boolean,
  seed: number | bigint,
  purpose: string,
): Uint32Array {
  const random = createRandom(seed, purpose);
  const counts = new Uint32Array(total);
  if (replacement) {
    // 53 bits, so that no index is noticeably likelier than another.
    for (let draw = 0; draw < size; draw++) {
      const uniform = (random.uint32(2 * draw) * 2 ** 21 + (random.uint32(2 * draw + 1) >>> 11)) / 2 ** 53;
      counts[Math.floor(uniform * total)]!++;
    }
  } else {
    for (const index of random.permutation(total).subarray(0, size)) counts[index] = 1;
  }
  return counts;
}
