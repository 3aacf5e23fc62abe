/** Graphs as text for other tools to draw: DOT and Mermaid, each node in the colour of its state. Pure. */

/** What there is to draw: a `Graph`, or the nodes of a record. */
export interface Drawable {
  readonly order: readonly { readonly id: string; readonly kind: { readonly name: string } }[];
  readonly edges: readonly {
    readonly from: { readonly node: string; readonly port: string };
    readonly to: { readonly node: string; readonly port: string };
  }[];
}

/** What a plan says of a node, or what became of it in a run. */
export type NodeState = 'run' | 'hit' | 'unknown' | 'executed' | 'cached' | 'failed' | 'skipped' | 'stopped';
export type NodeStates = ReadonlyMap<string, NodeState>;

/** As in the text for people: green for work, blue for what the store has, yellow for what waits, red for what failed. */
const fills: Readonly<Record<NodeState, string>> = {
  run: '#c6efce',
  executed: '#c6efce',
  hit: '#d6e4f5',
  cached: '#d6e4f5',
  unknown: '#fff2cc',
  skipped: '#fff2cc',
  stopped: '#fff2cc',
  failed: '#f8cbad',
};

/** The graph in the language of Graphviz. */
export function toDot({ order, edges }: Drawable, states: NodeStates = new Map()): string {
  const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const label = (...lines: string[]): string => quote(lines.join('\n')).replaceAll('\n', '\\n');
  return [
    'digraph {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...order.map(({ id, kind }) => {
      const state = states.get(id);
      if (state === undefined) return `  ${quote(id)} [label=${label(id, kind.name)}];`;
      return `  ${quote(id)} [label=${label(id, kind.name, state)}, style=filled, fillcolor="${fills[state]}"];`;
    }),
    ...edges.map(
      ({ from, to }) => `  ${quote(from.node)} -> ${quote(to.node)} [label=${label(edgeLabel(from.port, to.port))}];`,
    ),
    '}',
    '',
  ].join('\n');
}

/** The graph as a Mermaid flow chart. */
export function toMermaid({ order, edges }: Drawable, states: NodeStates = new Map()): string {
  // Ids such as `end` are words of Mermaid's language, so nodes go by number and show their names as labels.
  const numbers = new Map(order.map(({ id }, index) => [id, `n${index}`]));
  const escaped = (text: string): string =>
    text.replaceAll('&', '#amp;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
  const used = new Set(order.flatMap(({ id }) => states.get(id) ?? []));
  return [
    'flowchart LR',
    ...order.map(({ id, kind }) => {
      const state = states.get(id);
      const lines = [id, kind.name, ...(state === undefined ? [] : [state])].map(escaped).join('<br/>');
      return `  ${numbers.get(id)}["${lines}"]${state === undefined ? '' : `:::${state}`}`;
    }),
    ...edges.map(
      ({ from, to }) =>
        `  ${numbers.get(from.node)} -->|"${escaped(edgeLabel(from.port, to.port))}"| ${numbers.get(to.node)}`,
    ),
    ...[...used].map((state) => `  classDef ${state} fill:${fills[state]}`),
    '',
  ].join('\n');
}

function edgeLabel(from: string, to: string): string {
  return from === to ? from : `${from} → ${to}`;
}
