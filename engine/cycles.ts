/** Orders a graph, and finds the cycles that forbid an order. No recursion: a chain may be 100 000 nodes long. */

/** Node → the nodes that it depends on. Every node is a key. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/**
 * The nodes, each after all that it depends on; of those that are ready at the same time, the first written comes first.
 * Nodes on a cycle, or behind one, are left out.
 */
export function topologicalOrder(dependencies: Dependencies): string[] {
  const ids = [...dependencies.keys()];
  const rank = new Map(ids.map((id, index) => [id, index]));
  const waiting = new Map<string, number>();
  const dependants = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const [id, needed] of dependencies) {
    const distinct = new Set(needed);
    waiting.set(id, distinct.size);
    for (const other of distinct) dependants.get(other)?.push(id);
  }
  const ready = heap();
  for (const id of ids) if (waiting.get(id) === 0) ready.push(rank.get(id)!);
  const order: string[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    const id = ids[next]!;
    order.push(id);
    for (const dependant of dependants.get(id)!) {
      const left = waiting.get(dependant)! - 1;
      waiting.set(dependant, left);
      if (left === 0) ready.push(rank.get(dependant)!);
    }
  }
  return order;
}

/** More would say nothing new. */
const maximumCycles = 20;

/**
 * Cycles, each as the nodes in the order in which content would flow, such that cutting one edge of each leaves no cycle.
 * Of the cycles through a node, a shortest one is found. At most 20.
 */
export function findCycles(dependencies: Dependencies): string[][] {
  const edges = new Map(
    [...dependencies].map(([id, needed]) => [id, needed.filter((other) => dependencies.has(other))]),
  );
  const cycles: string[][] = [];
  while (cycles.length < maximumCycles) {
    const ordered = new Set(topologicalOrder(edges));
    for (const id of ordered) edges.delete(id);
    for (const [id, needed] of edges)
      edges.set(
        id,
        needed.filter((other) => edges.has(other)),
      );
    const start = onCycle(edges);
    if (start === undefined) break;
    const cycle = shortestCycle(edges, start);
    cycles.push(cycle);
    // Cut the edge that closes it, and look for what is left.
    const first = cycle[0]!;
    const last = cycle.at(-1)!;
    edges.set(
      first,
      edges.get(first)!.filter((other) => other !== last),
    );
  }
  return cycles;
}

/** Every node left depends on another one left, so walking back must come round. */
function onCycle(edges: Dependencies): string | undefined {
  let at: string | undefined = edges.keys().next().value;
  const seen = new Set<string>();
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    at = edges.get(at)![0];
  }
  if (at === undefined) return undefined;
  // Of the nodes on this cycle, the first written is where a reader would begin.
  const round = new Set<string>();
  for (let next = at; !round.has(next); next = edges.get(next)![0]!) round.add(next);
  for (const id of edges.keys()) if (round.has(id)) return id;
  return at;
}

/** Breadth first along dependencies from `start` back to itself. */
function shortestCycle(edges: Dependencies, start: string): string[] {
  const usedBy = new Map<string, string>();
  const queue = [start];
  for (let head = 0; head < queue.length; head++) {
    const id = queue[head]!;
    for (const needed of edges.get(id)!) {
      if (needed === start) {
        const cycle = [id];
        for (let at = id; at !== start; ) {
          at = usedBy.get(at)!;
          cycle.push(at);
        }
        // From the last dependency to `start`: turned round so that `start` comes first and content flows onward.
        return [start, ...cycle.slice(0, -1)];
      }
      if (!usedBy.has(needed)) {
        usedBy.set(needed, id);
        queue.push(needed);
      }
    }
  }
  throw new Error(`no cycle through ${start}`);
}

/** A binary min-heap of numbers. */
function heap(): { push(value: number): void; pop(): number | undefined } {
  const items: number[] = [];
  const swap = (a: number, b: number) => {
    [items[a], items[b]] = [items[b]!, items[a]!];
  };
  return {
    push(value) {
      let at = items.push(value) - 1;
      while (at > 0) {
        const above = (at - 1) >> 1;
        if (items[above]! <= items[at]!) return;
        swap(above, at);
        at = above;
      }
    },
    pop() {
      const least = items[0];
      const last = items.pop();
      if (items.length === 0 || last === undefined) return least;
      items[0] = last;
      for (let at = 0; ; ) {
        let smallest = at;
        for (const below of [2 * at + 1, 2 * at + 2]) {
          if (below < items.length && items[below]! < items[smallest]!) smallest = below;
        }
        if (smallest === at) return least;
        swap(at, smallest);
        at = smallest;
      }
    },
  };
}
