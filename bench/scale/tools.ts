/** The same graph for each tool: every node writes its name to a file, after those that it takes from. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillStore } from './fill.js';
import { graphOf, pipelineOf, type ScaleNode, type Shape } from './shapes.js';

export interface Tool {
  readonly name: string;
  /** Up to how many nodes it is measured, since it takes minutes beyond. */
  readonly most: number;
  readonly files: (shape: Shape, count: number) => Readonly<Record<string, string>>;
  readonly prepare?: (folder: string) => void;
  /** Brings a folder to the state after a run, without the run; a tool that has none is run. */
  readonly fill?: (folder: string, shape: Shape, count: number) => void | Promise<void>;
  readonly run: readonly string[];
  readonly plan?: readonly string[];
  readonly environment?: (folder: string) => Readonly<Record<string, string>>;
}

const main = fileURLToPath(new URL('../../nodes/main.js', import.meta.url));

export const lapidary: Tool = {
  name: 'Lapidary',
  most: Number.POSITIVE_INFINITY,
  fill: async (folder) => void (await fillStore(join(folder, 'p.yaml'), join(folder, '.lapidary'))),
  files: (shape, count) => ({ 'p.yaml': pipelineOf(shape, count) }),
  run: [process.execPath, main, 'run', 'p.yaml'],
  plan: [process.execPath, main, 'plan', 'p.yaml'],
  environment: (folder) => ({ LAPIDARY_HOME: join(folder, '.lapidary') }),
};

/** Those that are installed. `python`: a virtual environment; `npm`: a folder with `node_modules`. */
export function peers(places: {
  readonly python?: string | undefined;
  readonly npm?: string | undefined;
}): readonly Tool[] {
  const found = (name: string) => spawnSync('which', [name]).status === 0;
  const inPython = (name: string) => (places.python ? join(resolve(places.python), 'bin', name) : '');
  const inNpm = (name: string) => (places.npm ? join(resolve(places.npm), 'node_modules', '.bin', name) : '');
  return [
    ...(found('ninja') ? [ninja] : []),
    ...(found('make') ? [make] : []),
    ...(existsSync(inPython('snakemake')) ? [snakemake(inPython('snakemake'))] : []),
    ...(existsSync(inPython('dvc')) ? [dvc(inPython('dvc'))] : []),
    ...(existsSync(inNpm('wireit')) ? [wireit(inNpm('wireit'))] : []),
    ...(existsSync(inNpm('turbo')) ? [turbo(inNpm('turbo'))] : []),
  ];
}

/** Each output after those that it is made of, so that none is older than what it needs. */
function writeOutputs(folder: string, shape: Shape, count: number, suffix = ''): void {
  for (const { id } of graphOf(shape, count)) writeFileSync(join(folder, `${id}${suffix}`), `${id}\n`);
}

/** What nothing takes from. */
const ends = (graph: readonly ScaleNode[]): string[] => {
  const used = new Set(graph.flatMap(({ inputs }) => inputs));
  return graph.flatMap(({ id }) => (used.has(id) ? [] : [id]));
};

/** They descend by recursion, and a chain of 100 000 nodes is deeper than the usual stack. */
const deep = (command: string): readonly string[] => ['sh', '-c', `ulimit -s unlimited; exec ${command}`];

/** `generator`: what was written beforehand counts as built, though no log tells of it. */
const ninja: Tool = {
  name: 'ninja',
  most: Number.POSITIVE_INFINITY,
  fill: (folder, shape, count) => writeOutputs(folder, shape, count),
  files: (shape, count) => ({
    'build.ninja': `rule write\n  command = echo $out > $out\n  generator = 1\n${graphOf(shape, count)
      .map(({ id, inputs }) => `build ${id}: write ${inputs.join(' ')}`)
      .join('\n')}\n`,
  }),
  run: deep('ninja'),
};

const make: Tool = {
  name: 'make',
  most: Number.POSITIVE_INFINITY,
  fill: (folder, shape, count) => writeOutputs(folder, shape, count),
  files: (shape, count) => {
    const graph = graphOf(shape, count);
    const rules = graph.map(({ id, inputs }) => `${id}: ${inputs.join(' ')}\n\techo ${id} > ${id}`);
    return { Makefile: `all: ${ends(graph).join(' ')}\n${rules.join('\n')}\n` };
  },
  run: deep('make -s -j 2'),
};

const snakemake = (program: string): Tool => ({
  name: 'Snakemake',
  most: 1000,
  fill: (folder, shape, count) => writeOutputs(folder, shape, count, '.out'),
  files: (shape, count) => {
    const graph = graphOf(shape, count);
    const list = (names: readonly string[]) => names.map((name) => `'${name}.out'`).join(', ');
    const rules = graph.map(({ id, inputs }) => {
      const needs = inputs.length === 0 ? '' : `    input: ${list(inputs)}\n`;
      return `rule ${id}:\n${needs}    output: '${id}.out'\n    shell: 'echo ${id} > {output}'\n`;
    });
    return { Snakefile: `rule all:\n    input: ${list(ends(graph))}\n${rules.join('')}` };
  },
  run: [program, '--cores', '2', '--quiet', 'all'],
});

const dvc = (program: string): Tool => ({
  name: 'DVC',
  most: 1000,
  fill: (folder, shape, count) => {
    writeOutputs(folder, shape, count, '.out');
    execFileSync(program, ['commit', '-q', '--force'], { cwd: folder });
  },
  files: (shape, count) => {
    const stages = graphOf(shape, count).map(({ id, inputs }) => {
      const needs = inputs.length === 0 ? '' : `    deps: [${inputs.map((input) => `${input}.out`).join(', ')}]\n`;
      return `  ${id}:\n    cmd: echo ${id} > ${id}.out\n${needs}    outs: [${id}.out]\n`;
    });
    return { 'dvc.yaml': `stages:\n${stages.join('')}` };
  },
  prepare: (folder) => void execFileSync(program, ['init', '-q', '--no-scm'], { cwd: folder }),
  run: [program, 'repro', '-q'],
  environment: () => ({ DVC_NO_ANALYTICS: '1' }),
});

const wireit = (program: string): Tool => ({
  name: 'wireit',
  most: 100,
  files: (shape, count) => {
    const graph = graphOf(shape, count);
    const scripts = Object.fromEntries([...graph.map(({ id }) => id), 'all'].map((id) => [id, 'wireit']));
    const own = graph.map(({ id, inputs }) => [
      id,
      { command: `echo ${id} > ${id}.out`, dependencies: inputs, files: [], output: [`${id}.out`] },
    ]);
    const all = ['all', { dependencies: ends(graph) }];
    return { 'package.json': JSON.stringify({ name: 'scale', scripts, wireit: Object.fromEntries([...own, all]) }) };
  },
  prepare: (folder) => void execFileSync('git', ['init', '-q'], { cwd: folder }),
  run: ['npm', 'run', '--silent', 'all'],
  environment: () => ({
    PATH: `${dirname(program)}:${process.env.PATH}`,
    WIREIT_LOGGER: 'quiet',
    WIREIT_CACHE: 'local',
  }),
});

const turbo = (program: string): Tool => ({
  name: 'Turborepo',
  most: 100,
  files: (shape, count) => {
    const graph = graphOf(shape, count);
    const scripts = Object.fromEntries([...graph.map(({ id }) => [id, `echo ${id} > ${id}.out`]), ['all', 'true']]);
    const tasks = Object.fromEntries([
      ...graph.map(({ id, inputs }) => [id, { dependsOn: inputs, inputs: [], outputs: [`${id}.out`] }]),
      ['all', { dependsOn: ends(graph), inputs: [] }],
    ]);
    return {
      'package.json': JSON.stringify({ name: 'scale', version: '1.0.0', packageManager: 'npm@10.0.0', scripts }),
      'package-lock.json': JSON.stringify({ name: 'scale', version: '1.0.0', lockfileVersion: 3, packages: {} }),
      'turbo.json': JSON.stringify({ tasks }),
    };
  },
  prepare: (folder) => void execFileSync('git', ['init', '-q'], { cwd: folder }),
  run: [program, 'run', 'all', '--output-logs=none', '--no-daemon'],
  environment: () => ({ TURBO_TELEMETRY_DISABLED: '1' }),
});
