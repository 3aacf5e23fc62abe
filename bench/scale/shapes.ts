/** Graphs of many trivial nodes, in the shapes that pipelines have. */
export interface ScaleNode {
  readonly id: string;
  readonly inputs: readonly string[];
}

export const shapes = ['chain', 'fan', 'diamonds', 'matrix'] as const;
export type Shape = (typeof shapes)[number];

/** Some `count` nodes, each after those that it takes from. */
export function graphOf(shape: Shape, count: number): readonly ScaleNode[] {
  const id = (index: number) => `n${index}`;
  const all = Array.from({ length: count }, (_, index) => index);
  switch (shape) {
    case 'chain':
      return all.map((index) => ({ id: id(index), inputs: index === 0 ? [] : [id(index - 1)] }));
    case 'fan':
      // One source, and groups of a hundred that end in one node each.
      return all.map((index) => {
        if (index === 0) return { id: id(0), inputs: [] };
        if (index % 100 !== 0) return { id: id(index), inputs: [id(0)] };
        return { id: id(index), inputs: Array.from({ length: 99 }, (_, back) => id(index - 99 + back)) };
      });
    case 'diamonds':
      // top → left, right → bottom, which is the top of the next.
      return all.map((index) => {
        const place = index % 3;
        if (index === 0) return { id: id(0), inputs: [] };
        if (place === 1) return { id: id(index), inputs: [id(index - 1)] };
        if (place === 2) return { id: id(index), inputs: [id(index - 2)] };
        return { id: id(index), inputs: [id(index - 1), id(index - 2)] };
      });
    case 'matrix': {
      const cells = all.slice(0, cellsOf(count)).map((index) => ({ id: `cell${index}`, inputs: [] }));
      const next = cells.map(({ id }, index) => ({ id: `next${index}`, inputs: [id] }));
      return [...cells, ...next, { id: 'end', inputs: next.map((each) => each.id) }];
    }
    default:
      return shape satisfies never;
  }
}

const columns = 50;
const rowsOf = (count: number) => Math.max(1, Math.round(count / (2 * columns)));
const cellsOf = (count: number) => rowsOf(count) * columns;

const out = 'with: { outputs: { out: file }';

/** The graph as a pipeline of `command` nodes, each of which writes its name. */
export function pipelineOf(shape: Shape, count: number): string {
  if (shape === 'matrix') return matrixPipeline(count);
  const nodes = graphOf(shape, count).map(({ id, inputs }) => {
    const wired = inputs.length === 0 ? '' : `inputs: { in: [${inputs.join(', ')}] }, `;
    return `  ${id}: { uses: command, ${wired}${out}, run: 'echo ${id} > "$OUTPUT_OUT"' } }`;
  });
  return `name: scale\nnodes:\n${nodes.join('\n')}\n`;
}

/** Two axes, a follower that fans out with them, and one that gathers all. Other tools are given what it expands to. */
function matrixPipeline(count: number): string {
  const list = (length: number) => `[${Array.from({ length }, (_, index) => index).join(', ')}]`;
  return `name: scale
nodes:
  cell: { uses: command, matrix: { row: ${list(rowsOf(count))}, column: ${list(columns)} }, ${out}, run: 'echo \${matrix.row} \${matrix.column} > "$OUTPUT_OUT"' } }
  next: { uses: command, inputs: { in: cell }, ${out}, run: 'echo next > "$OUTPUT_OUT"' } }
  end: { uses: command, inputs: { in: "next[*]" }, ${out}, run: 'echo end > "$OUTPUT_OUT"' } }
`;
}
