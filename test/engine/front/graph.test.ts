import fc from 'fast-check';
import t from 'tap';
import { toDot, toMermaid } from '../../../engine/draw-graph.js';
import { buildGraph } from '../../../engine/graph.js';
import type { Reference, ResolvedNode } from '../../../engine/spec.js';
import { catalog } from './rig.js';

const kind = catalog.kinds.get('data.split')!;

const nowhere = () => ({ file: '', start: 0, end: 0 });

function node(id: string, inputs: Record<string, readonly Reference[]> = {}, name = kind.name): ResolvedNode {
  return {
    id,
    written: id,
    matrix: {},
    kind: { ...kind, name },
    config: {},
    inputs,
    sources: [],
    files: [],
    remote: [],
    environment: {},
    resources: { cpus: 1, memory_mb: 0, gpus: 0 },
    outputs: {},
    cache: { matchDevice: false },
    retry: 0,
    tolerance: {},
    parameterOf: {},
    secrets: [],
    source: { file: '', text: '', positions: { value: nowhere, key: nowhere }, given: new Map(), usedAt: [] },
  };
}

const from = (id: string, port = 'out'): Reference => ({ node: id, port });

const diamond = {
  nodes: [
    node('bottom', { x: [from('left'), from('right')], y: [from('left', 'other')] }),
    node('left', { x: [from('top')] }),
    node('right', { x: [from('top')] }),
    node('top'),
    node('alone'),
  ],
};

t.test('order and neighbours', async (t) => {
  const graph = buildGraph(diamond);
  t.strictSame(
    graph.order.map(({ id }) => id),
    ['top', 'left', 'right', 'bottom', 'alone'],
  );
  t.equal(graph.order[0], diamond.nodes[3], 'the nodes themselves');
  t.strictSame(graph.dependencies('bottom'), ['left', 'right']);
  t.strictSame([...graph.dependants('top')].sort(), ['left', 'right']);
  t.strictSame([...graph.ancestors('bottom')].sort(), ['left', 'right', 'top']);
  t.strictSame([...graph.descendants('top')].sort(), ['bottom', 'left', 'right']);
  t.strictSame([...graph.ancestors('alone')], []);
  t.equal(graph.edges.length, 5, 'wires side by side are kept');
  t.throws(() => graph.dependants('nobody'));
  t.throws(() => buildGraph({ nodes: [node('a', { x: [from('a')] })] }), /cycle/);
});

t.test('for any graph: the order respects the edges, ancestors mirror descendants', async () => {
  const edges = fc.array(fc.tuple(fc.nat(14), fc.nat(14)), { maxLength: 40 });
  fc.assert(
    fc.property(edges, fc.shuffledSubarray([...Array(15).keys()], { minLength: 15 }), (pairs, written) => {
      const inputs = (index: number) =>
        pairs.filter(([a, b]) => Math.max(a, b) === index && a !== b).map(([a, b]) => from(`n${Math.min(a, b)}`));
      const graph = buildGraph({ nodes: written.map((index) => node(`n${index}`, { x: inputs(index) })) });
      const place = new Map(graph.order.map(({ id }, index) => [id, index]));
      return (
        graph.edges.every((edge) => place.get(edge.from.node)! < place.get(edge.to.node)!) &&
        graph.order.every(({ id }) => [...graph.ancestors(id)].every((other) => graph.descendants(other).has(id)))
      );
    }),
  );
});

t.test('drawn', async (t) => {
  const graph = buildGraph({
    nodes: [node('data'), node('end', { out: [from('data')], x: [from('data')] }, 'a"<b>\\c')],
  });
  t.equal(
    toDot(graph),
    `digraph {
  rankdir=LR;
  node [shape=box];
  "data" [label="data\\ndata.split"];
  "end" [label="end\\na\\"<b>\\\\c"];
  "data" -> "end" [label="out"];
  "data" -> "end" [label="out → x"];
}
`,
  );
  t.equal(
    toMermaid(graph),
    `flowchart LR
  n0["data<br/>data.split"]
  n1["end<br/>a#quot;#lt;b#gt;\\c"]
  n0 -->|"out"| n1
  n0 -->|"out → x"| n1
`,
  );
});
