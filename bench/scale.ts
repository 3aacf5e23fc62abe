/**
 * How the engine bears many nodes: no-op runs, plans and first runs of pipelines of trivial nodes, beside the tools
 * that do the same, in turns and in one run.
 *
 *   npm run build && node dist/bench/scale.js [--nodes 100,1000,10000] [--shapes chain,fan,diamonds,matrix] [--rounds 3]
 *     [--peers DIR with dvc and snakemake in DIR/bin] [--npm-peers DIR with turbo and wireit in DIR/node_modules/.bin]
 *     [--first-run 100] [--folder DIR to work in]
 *
 * A peer that is not there is left out, and so is one at more nodes than it bears in minutes (`tools.ts`). First runs
 * start a process for each node, and are measured up to --first-run nodes; above it the state after a run is written
 * down. Ratios are of medians to Lapidary's.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { digestFile } from '../cache/digest.js';
import { hashingSpeed } from './scale/hashing.js';
import { type Command, measure } from './scale/measure.js';
import { type Shape, shapes } from './scale/shapes.js';
import { lapidary, peers, type Tool } from './scale/tools.js';

const { values: options } = parseArgs({
  options: {
    nodes: { type: 'string', default: '100,1000,10000' },
    shapes: { type: 'string', default: shapes.join(',') },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string' },
    'npm-peers': { type: 'string' },
    'first-run': { type: 'string', default: '100' },
    folder: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const top = options.folder ? resolve(options.folder) : mkdtempSync(join(tmpdir(), 'lapidary-scale-'));
mkdirSync(top, { recursive: true });
const places = { python: options.peers, npm: options['npm-peers'] };

console.log(`Node.js ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}, ${rounds} rounds\n`);
console.log(`Hashing: ${await hashingSpeed(top, digestFile)}\n`);
console.log('| shape | nodes | what | tool | median | fastest | CPU time | memory | ratio |');
console.log('|---|---:|---|---|---:|---:|---:|---:|---:|');
for (const count of options.nodes.split(',').map(Number)) {
  for (const shape of options.shapes.split(',') as Shape[]) await compare(shape, count);
}
if (!options.folder) rmSync(top, { recursive: true, force: true });

async function compare(shape: Shape, count: number): Promise<void> {
  const tools = [lapidary, ...peers(places)].filter(({ most }) => count <= most);
  const commandOf = (tool: Tool, words: readonly string[]): Command => {
    const folder = join(top, `${shape}-${count}`, tool.name);
    return { words, folder, environment: tool.environment?.(folder) ?? {} };
  };
  const measureAll = (
    what: string,
    among: readonly Tool[],
    wordsOf: (tool: Tool) => readonly string[],
    times: number,
  ) => {
    const results = measure(
      among.map((tool) => commandOf(tool, wordsOf(tool))),
      times,
    );
    for (const [index, { median_ms, fastest_ms, cpu_ms, memory_mb }] of results.entries()) {
      const ratio = index === 0 ? '' : (median_ms / results[0]!.median_ms).toFixed(2);
      const times_ms = [median_ms, fastest_ms, cpu_ms].map((time) => `${time.toFixed(0)} ms`).join(' | ');
      const { name } = among[index]!;
      console.log(`| ${shape} | ${count} | ${what} | ${name} | ${times_ms} | ${memory_mb.toFixed(0)} MB | ${ratio} |`);
    }
  };
  for (const tool of tools) {
    const { folder } = commandOf(tool, []);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(tool.files(shape, count))) writeFileSync(join(folder, name), text);
    tool.prepare?.(folder);
  }
  if (count <= Number(options['first-run'])) measureAll('first run', tools, (tool) => tool.run, 1);
  else {
    for (const tool of tools) {
      await tool.fill?.(commandOf(tool, []).folder, shape, count);
      // Once, also where it was filled: what a tool keeps of a run is there then.
      measure([commandOf(tool, tool.run)], 1);
    }
  }
  measureAll('no-op run', tools, (tool) => tool.run, rounds);
  measureAll('plan', [lapidary], (tool) => tool.plan!, rounds);
}
