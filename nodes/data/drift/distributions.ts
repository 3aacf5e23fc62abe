/** Two sets of rows as distributions of the things in them. Pure. */
import { quantile } from '../../statistics/bootstrap.js';
import { jensenShannon, populationStability } from '../../statistics/distribution-distance.js';
import { bagsOf, countIn, divergencePValue } from './bags.js';

export interface Distribution {
  /** Jensen–Shannon divergence in bits. */
  readonly divergence: number;
  /** `undefined` without permutations. */
  readonly pValue: number | undefined;
  /** `undefined` of words, and where there are more kinds of things than the index is made for. */
  readonly stability: number | undefined;
}

/** The stability index is for a few bins; over a vocabulary it measures what is rare. */
const mostBins = 50;

export function distributionOf(
  reference: readonly (readonly string[])[],
  dataset: readonly (readonly string[])[],
  { permutations, isBinned }: { readonly permutations: number; readonly isBinned: boolean },
): Distribution {
  const bags = bagsOf([...reference, ...dataset]);
  const [before, after] = [
    countIn(bags, reference.keys()),
    countIn(
      bags,
      dataset.map((_, index) => reference.length + index),
    ),
  ];
  return {
    divergence: jensenShannon(before, after),
    pValue: permutations === 0 ? undefined : divergencePValue(bags, reference.length, permutations),
    stability: isBinned && bags.names.length <= mostBins ? populationStability(before, after) : undefined,
  };
}

/** Names the bin of a length: ten that hold like many rows of the reference. */
export function lengthBins(lengths: readonly number[]): (length: number) => string {
  const sorted = Float64Array.from(lengths).sort();
  const bounds = [...new Set(Array.from({ length: 9 }, (_, index) => quantile(sorted, (index + 1) / 10)))];
  return (length) => String(bounds.filter((bound) => bound < length).length);
}
