/** Rows as bags of things, and how far two sets of rows are apart. Pure. */
import { jensenShannon } from '../../statistics/distribution-distance.js';
import { createRandom } from '../../tensor/random.js';

/** The things of each row, as ids from 0, as often as they occur. */
export interface Bags {
  readonly rows: readonly Uint32Array[];
  readonly names: readonly string[];
}

/** Gives the things of all rows ids, in the order in which they first occur. */
export function bagsOf(rows: readonly (readonly string[])[]): Bags {
  const ids = new Map<string, number>();
  const idOf = (name: string) => {
    const id = ids.get(name) ?? ids.size;
    ids.set(name, id);
    return id;
  };
  return { rows: rows.map((names) => Uint32Array.from(names, idOf)), names: [...ids.keys()] };
}

/** How often each thing occurs in the rows of these indices. */
export function countIn({ rows, names }: Bags, indices: Iterable<number>): Float64Array {
  const counts = new Float64Array(names.length);
  for (const index of indices) for (const id of rows[index]!) counts[id]!++;
  return counts;
}

/**
 * How likely so large a Jensen–Shannon divergence between the first `split` rows and the others comes about when it is chance which rows are
 * on which side. Rows are exchanged whole, since what stands in one row is alike. At least 1 / (permutations + 1).
 */
export function divergencePValue(bags: Bags, split: number, permutations: number): number {
  const all = [...bags.rows.keys()];
  const of = (order: readonly number[]) => {
    const [first, second] = [countIn(bags, order.slice(0, split)), countIn(bags, order.slice(split))];
    // A side without anything is as far away as can be.
    return first.some((count) => count > 0) && second.some((count) => count > 0) ? jensenShannon(first, second) : 1;
  };
  const observed = of(all) - 1e-12;
  let asLarge = 1;
  for (let permutation = 0; permutation < permutations; permutation++) {
    const order = createRandom(0, 'drift', permutation).permutation(all.length);
    if (of([...order]) >= observed) asLarge++;
  }
  return asLarge / (permutations + 1);
}
