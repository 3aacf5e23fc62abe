/**
 * How the engine bears many nodes: no-op runs, plans and first runs of pipelines of trivial nodes, beside the tools
 * that do the same, in turns and in one run.
 *
 *   npm run build && node dist/bench/scale.js [--nodes 100,1000] [--shapes chain,fan,diamonds,matrix] [--rounds 3]
 *     [--peers DIR with dvc and snakemake in DIR/bin] [--npm-peers DIR with turbo and wireit in DIR/node_modules/.bin]
 *     [--first-run 100] [--slow-peers 1000] [--folder DIR to work in]
 *
 * A peer that is not there is left out. DVC, Snakemake, Turborepo and wireit are measured up to --slow-peers nodes, since
 * they take minutes beyond; ninja and make at every size. First runs start a process for each node, and are measured
 * up to --first-run nodes. Ratios are of medians.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { digestFile } from '../cache/digest.js';
import { fillStore } from './scale/fill.js';
import { hashingSpeed } from './scale/hashing.js';
import { measure } from './scale/measure.js';
import { type Shape, shapes } from './scale/shapes.js';
import { lapidary, peers, type Tool } from './scale/tools.js';

const { values: options } = parseArgs({
  options: {
    nodes: { type: 'string', default: '100,1000' },
    shapes: { type: 'string', default: shapes.join(',') },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string' },
    'npm-peers': { type: 'string' },
    'first-run': { type: 'string', default: '100' },
    'slow-peers': { type: 'string', default: '1000' },
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
  const others =
    shape === 'matrix' ? [] : peers(places).filter(({ slow }) => !slow || count <= Number(options['slow-peers']));
  const tools = [lapidary, ...others];
  const folders = new Map<Tool, string>();
  for (const tool of tools) {
    const folder = join(top, `${shape}-${count}`, tool.name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(tool.files(shape, count))) writeFileSync(join(folder, name), text);
    tool.prepare?.(folder);
    folders.set(tool, folder);
  }
  const measureAll = (
    what: string,
    among: readonly Tool[],
    wordsOf: (tool: Tool) => readonly string[] | undefined,
    times: number,
  ) => {
    const runs = among.flatMap((tool) => {
      const words = wordsOf(tool);
      return words
        ? [
            {
              tool,
              command: { words, folder: folders.get(tool)!, environment: tool.environment?.(folders.get(tool)!) ?? {} },
            },
          ]
        : [];
    });
    const results = measure(
      runs.map(({ command }) => command),
      times,
    );
    for (const [index, { tool }] of runs.entries()) {
      const { median_ms, fastest_ms, cpu_ms, memory_mb } = results[index]!;
      const ratio = index === 0 ? '' : (median_ms / results[0]!.median_ms).toFixed(2);
      console.log(
        `| ${shape} | ${count} | ${what} | ${tool.name} | ${median_ms.toFixed(0)} ms | ${fastest_ms.toFixed(0)} ms | ${cpu_ms.toFixed(0)} ms | ${memory_mb.toFixed(0)} MB | ${ratio} |`,
      );
    }
  };
  const first = count <= Number(options['first-run']);
  if (first) measureAll('first run', tools, (tool) => tool.run, 1);
  else {
    await fillStore(join(folders.get(lapidary)!, 'p.yaml'), join(folders.get(lapidary)!, '.lapidary'));
    for (const tool of others)
      measure(
        [{ words: tool.run, folder: folders.get(tool)!, environment: tool.environment?.(folders.get(tool)!) ?? {} }],
        1,
      );
  }
  measureAll('no-op run', tools, (tool) => tool.run, rounds);
  measureAll('plan', [lapidary], (tool) => tool.plan, rounds);
}
