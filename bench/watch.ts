/**
 * How soon after a save watch mode has a new plan: the pipeline and a data file are edited in turns, for pipelines of
 * some sizes.
 *
 *   npm run build && node dist/bench/watch.js [--nodes 10,100,1000] [--edits 20]
 *
 * The time is from the end of the write to the start of the run that the new plan asks for. 60 ms of it are the wait
 * for an editor that saves in several steps.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Catalog } from '../engine/kind.js';
import { watch } from '../engine/watch.js';
import { catalog } from '../nodes/catalog.js';

const { values: options } = parseArgs({
  options: { nodes: { type: 'string', default: '10,100,1000' }, edits: { type: 'string', default: '20' } },
});

/** Loads rows without loading anything: what is measured is the engine. */
const loading: Catalog = {
  ...catalog,
  kinds: new Map(catalog.kinds).set('data.load', {
    ...catalog.kinds.get('data.load')!,
    load: async () => ({
      run: async (context) => {
        for (const port of Object.keys(catalog.kinds.get('data.load')!.outputs))
          writeFileSync(context.output(port), '');
        return {};
      },
    }),
  }),
};

console.log('| nodes | edited | median | slowest |');
console.log('|---:|---|---:|---:|');
for (const count of options.nodes.split(',').map(Number)) {
  const folder = mkdtempSync(join(tmpdir(), 'lapidary-watch-'));
  const file = join(folder, 'p.yaml');
  for (let i = 0; i < count; i++) writeFileSync(join(folder, `${i}.jsonl`), `{"text":"${i}"}\n`);
  const pipeline = (edit: number) => {
    const nodes = Array.from({ length: count }, (_, i) => `  n${i}: { uses: data.load, with: { path: ${i}.jsonl } }\n`);
    return `name: p\nnodes:\n${nodes.join('')}  edited${edit}: { uses: data.load, with: { path: [0.jsonl, ${edit % count}.jsonl] } }\n`;
  };
  const edits = {
    pipeline: (edit: number) => writeFileSync(file, pipeline(edit + 1)),
    data: (edit: number) => writeFileSync(join(folder, `${count - 1}.jsonl`), `{"text":"edit ${edit}"}\n`),
  };
  writeFileSync(file, pipeline(0));
  const taken: Record<keyof typeof edits, number[]> = { pipeline: [], data: [] };
  await watched(file, async (editAndWait) => {
    for (let edit = 0; edit < Number(options.edits); edit++) {
      for (const what of ['pipeline', 'data'] as const) taken[what].push(await editAndWait(() => edits[what](edit)));
    }
  });
  for (const [what, times] of Object.entries(taken)) {
    const sorted = times.sort((a, b) => a - b);
    console.log(
      `| ${count} | ${what} | ${sorted[sorted.length >> 1]!.toFixed(0)} ms | ${sorted.at(-1)!.toFixed(0)} ms |`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Watches `file` while `use` edits it; an edit's time is in milliseconds. */
async function watched(file: string, use: (editAndWait: (edit: () => void) => Promise<number>) => Promise<void>) {
  const stop = new AbortController();
  let planned = () => {};
  let idle = () => {};
  const nextIdle = () => new Promise<void>((resolve) => (idle = resolve));
  const first = nextIdle();
  const watching = watch({
    session: { catalog: loading, file, storeRoot: join(file, '..', '.lapidary') },
    signal: stop.signal,
    onPlan: () => planned(),
    onInvalid: (diagnostics) => console.error(diagnostics),
    onEvent: () => {},
    onFinished: () => {},
    onIdle: () => idle(),
  });
  await first;
  await use(async (edit) => {
    const done = nextIdle();
    const plan = new Promise<number>((resolve) => (planned = () => resolve(performance.now())));
    edit();
    const saved = performance.now();
    const taken = (await plan) - saved;
    await done;
    return taken;
  });
  stop.abort();
  await watching;
}
