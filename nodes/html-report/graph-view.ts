/** The graph of a run as SVG: where each node stands is dagre's work. */

import * as dagre from '@dagrejs/dagre';
import { Graph } from '@dagrejs/graphlib';
import type { NodeRecord } from '../../engine/record.js';
import { formatDuration } from '../../engine/report/format.js';
import { type Html, html } from './html.js';

/** Pixels. */
const line = 16;
const character = 7.2;
const padding = 10;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function graphView(nodes: Readonly<Record<string, NodeRecord>>): Html {
  const graph = new Graph<{ rankdir: string; nodesep: number; ranksep: number }, Box, object>();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 36 });
  graph.setDefaultEdgeLabel(() => ({}));
  const labels = new Map(Object.entries(nodes).map(([id, node]) => [id, labelOf(id, node)]));
  for (const [id, lines] of labels) {
    const width = Math.max(...lines.map((text) => [...text].length)) * character + 2 * padding;
    graph.setNode(id, { x: 0, y: 0, width, height: lines.length * line + padding });
  }
  for (const [from, to] of edgesOf(nodes)) graph.setEdge(from, to);
  // dagre fills in the places.
  dagre.layout(graph as unknown as Parameters<typeof dagre.layout>[0]);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const edges = graph.edges().map((edge) => {
    const { points } = graph.edge(edge) as { points: readonly { x: number; y: number }[] };
    return html`<polyline points="${points.map(({ x, y }) => `${round(x)},${round(y)}`).join(' ')}"/>`;
  });
  const boxes = [...labels].map(([id, lines]) => boxView(graph.node(id)!, lines, nodes[id]!.status));
  return html`<svg class="graph" role="img" aria-label="Graph of the run; the table below says the same" width="${round(width)}" height="${round(height)}" viewBox="-2 -2 ${round(width) + 4} ${round(height) + 4}"><g class="edges">${edges}</g>${boxes}</svg>`;
}

function labelOf(id: string, { uses, status, duration_ms }: NodeRecord): string[] {
  return [
    id,
    uses,
    `${status}${status === 'executed' || status === 'cached' ? ` · ${formatDuration(duration_ms)}` : ''}`,
  ];
}

function boxView({ x, y, width, height }: Box, lines: readonly string[], status: NodeRecord['status']): Html {
  const [left, top] = [x - width / 2, y - height / 2];
  const texts = lines.map(
    (text, index) =>
      html`<text class="${index === 0 ? 'name' : 'note'}" x="${round(left + padding)}" y="${round(top + 16 + index * line)}">${text}</text>`,
  );
  return html`<g class="node ${status}"><rect x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" rx="5"/>${texts}</g>`;
}

/** Each pair of nodes once, however many wires are between them. */
function edgesOf(nodes: Readonly<Record<string, NodeRecord>>): [string, string][] {
  const pairs = new Map<string, [string, string]>();
  for (const [id, { inputs = {} }] of Object.entries(nodes)) {
    for (const reference of Object.values(inputs).flat()) {
      const from = reference.slice(0, reference.lastIndexOf('.'));
      if (Object.hasOwn(nodes, from)) pairs.set(`${from}\n${id}`, [from, id]);
    }
  }
  return [...pairs.values()];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
