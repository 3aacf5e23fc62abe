/** Drops nodes, constants and inputs on which no output depends. */
import type { Graph } from '../graph.js';

export function eliminateDeadCode(graph: Graph): Graph {
  const needed = new Set(graph.outputs);
  const nodes = [...graph.nodes]
    .reverse()
    .filter((node) => {
      if (!node.outputs.some((output) => needed.has(output))) return false;
      for (const input of node.inputs) needed.add(input);
      return true;
    })
    .reverse();
  const defined = new Set(nodes.flatMap((node) => node.outputs));
  const initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)));
  const inputs = graph.inputs.filter((name) => needed.has(name));
  const alive = (name: string) => defined.has(name) || initializers.has(name) || inputs.includes(name);
  const values = new Map([...graph.values].filter(([name]) => alive(name)));
  return { inputs, outputs: graph.outputs, nodes, initializers, values };
}
