/**
 * Best-fit decreasing: the longest item first, each into the fullest bin that still holds it, or into a new one. Never
 * more than 11/9 of the fewest bins possible, plus one. No item may be larger than `capacity`.
 */
export function packByBestFit<Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  capacity: number,
): Item[][] {
  const bins: Item[][] = [];
  /** By free space: the bins that have it. */
  const binsWithFree: Item[][][] = Array.from({ length: capacity + 1 }, () => []);
  const decreasing = items.map((item, index) => ({ item, index, size: sizeOf(item) }));
  decreasing.sort((a, b) => b.size - a.size || a.index - b.index);
  for (const { item, size } of decreasing) {
    let free = size;
    while (free <= capacity && binsWithFree[free]!.length === 0) free++;
    const bin = binsWithFree[free]?.pop() ?? newBin(bins);
    bin.push(item);
    binsWithFree[Math.min(free, capacity) - size]!.push(bin);
  }
  return bins;
}

function newBin<Item>(bins: Item[][]): Item[] {
  const bin: Item[] = [];
  bins.push(bin);
  return bin;
}
