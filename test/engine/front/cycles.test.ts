import fc from 'fast-check';
import t from 'tap';
import { findCycles, topologicalOrder } from '../../../engine/cycles.js';

const ids = Array.from({ length: 12 }, (_, index) => `n${index}`);
const graph = fc
  .array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...ids)), { maxLength: 30 })
  .map((edges) => new Map(ids.map((id) => [id, edges.filter(([to]) => to === id).map(([, from]) => from)])));

t.test('the order respects every edge, or there is a cycle', async (t) => {
  let cyclic = 0;
  fc.assert(
    fc.property(graph, (dependencies) => {
      const order = topologicalOrder(dependencies);
      const place = new Map(order.map((id, index) => [id, index]));
      for (const id of order)
        for (const needed of dependencies.get(id)!) if (!(place.get(needed)! < place.get(id)!)) return false;
      const cycles = findCycles(dependencies);
      if (cycles.length > 0) cyclic++;
      return (order.length === ids.length) === (cycles.length === 0);
    }),
    { numRuns: 500 },
  );
  t.ok(cyclic > 20 && cyclic < 480, `both happen: ${cyclic}`);
});

t.test('cycles are cycles, and cutting one edge of each leaves none', async () => {
  fc.assert(
    fc.property(graph, (dependencies) => {
      const left = new Map([...dependencies].map(([id, needed]) => [id, [...needed]]));
      for (const cycle of findCycles(dependencies)) {
        for (const [index, from] of cycle.entries()) {
          const to = cycle[(index + 1) % cycle.length]!;
          if (!dependencies.get(to)!.includes(from)) return false;
        }
        if (new Set(cycle).size !== cycle.length) return false;
        left.set(
          cycle[0]!,
          left.get(cycle[0]!)!.filter((other) => other !== cycle.at(-1)),
        );
      }
      return topologicalOrder(left).length === ids.length;
    }),
    { numRuns: 500 },
  );
});

t.test('the first written comes first', async (t) => {
  t.strictSame(
    topologicalOrder(
      new Map([
        ['c', []],
        ['a', ['b']],
        ['b', []],
        ['d', ['c']],
      ]),
    ),
    ['c', 'b', 'a', 'd'],
  );
  t.strictSame(
    findCycles(
      new Map([
        ['x', []],
        ['b', ['a', 'x']],
        ['a', ['b']],
        ['y', ['y']],
      ]),
    ),
    [['b', 'a'], ['y']],
  );
});

t.test('a chain of 100 000 nodes, and a ring', async (t) => {
  const many = Array.from({ length: 100_000 }, (_, index) => `n${index}`);
  const chain = new Map(many.map((id, index) => [id, index === 0 ? [] : [many[index - 1]!]]));
  t.equal(topologicalOrder(chain).length, many.length);
  t.equal(findCycles(chain).length, 0);
  chain.set('n0', [many.at(-1)!]);
  t.equal(findCycles(chain)[0]?.length, many.length);
});
