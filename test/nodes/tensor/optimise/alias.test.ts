import t from 'tap';
import type { Graph, GraphNode } from '../../../../nodes/tensor/graph.js';
import { safeAliases } from '../../../../nodes/tensor/optimise/alias.js';

const value = { dtype: 'float32', shape: [2] } as const;
const node = (op: string, inputs: string[], output: string): GraphNode => ({
  op,
  inputs,
  outputs: [output],
  attributes: {},
});

function graphOf(nodes: GraphNode[]): Graph {
  const names = new Set(['w', 'x', ...nodes.flatMap((one) => [...one.inputs, ...one.outputs])]);
  return {
    inputs: ['w', 'x'],
    outputs: ['o'],
    nodes,
    initializers: new Map(),
    values: new Map([...names].map((name) => [name, value])),
  };
}
const isSafe = (...nodes: GraphNode[]) => safeAliases(graphOf(nodes), [['w', 'o']]).has('o');

t.test('an output may overwrite an input that only its ancestors read', async (t) => {
  t.ok(isSafe(node('Add', ['w', 'x'], 'o')), 'read element by element by the producer itself');
  t.ok(isSafe(node('Gemm', ['w', 'x'], 'g'), node('Sub', ['w', 'g'], 'o')), 'and by an ancestor');
  t.ok(isSafe(node('Gemm', ['w', 'x'], 'g'), node('Exp', ['g'], 'h'), node('Sub', ['x', 'h'], 'o')));
  t.ok(isSafe(node('Exp', ['x'], 'o')), 'nobody reads it');
});

t.test('not one that something else may still read', async (t) => {
  t.notOk(isSafe(node('Gemm', ['w', 'x'], 'o')), 'the producer reads it in another order');
  t.notOk(isSafe(node('Add', ['w', 'x'], 'o'), node('Exp', ['w'], 'later')));
  t.notOk(isSafe(node('Exp', ['w'], 'aside'), node('Add', ['w', 'x'], 'o')), 'earlier in the list, but no ancestor');
  t.notOk(isSafe(node('Transpose', ['w'], 'o')));
});

t.test('not one of another type', async (t) => {
  const graph = graphOf([node('Exp', ['x'], 'o')]);
  const values = new Map(graph.values).set('w', { dtype: 'float32', shape: [3] });
  t.notOk(safeAliases({ ...graph, values }, [['w', 'o']]).has('o'));
});
