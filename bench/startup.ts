/**
 * How long the command line takes where there is nothing to do: `--version`, `plan`, and a run that finds everything
 * cached. Beside them an empty Node.js program, the floor under all of them, in the same rounds.
 *
 *   npm run build && node dist/bench/startup.js [--home DIR] [--rounds 10] [--pipeline FILE]
 *
 * Each round starts every command once, in turns, so that a busy moment slows all alike; the table shows medians. The
 * cached run needs a store that has everything: --home names one to use (and to fill, where it is not complete), and
 * without it a store is made in a temporary folder, which takes as long as the pipeline does.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lockPath } from '../engine/lock-file.js';

const { values: options } = parseArgs({
  options: {
    home: { type: 'string' },
    rounds: { type: 'string', default: '10' },
    pipeline: { type: 'string', default: 'pipelines/capitals.yaml' },
  },
});
const main = fileURLToPath(new URL('../nodes/main.js', import.meta.url));
const rounds = Number(options.rounds);
const pipeline = options.pipeline;
const home = options.home === undefined ? mkdtempSync(join(tmpdir(), 'lapidary-startup-')) : resolve(options.home);
const environment = { ...process.env, LAPIDARY_HOME: home };

interface Command {
  readonly name: string;
  readonly words: readonly string[];
  /** What it should stay under on an idle machine. */
  readonly target_ms?: number;
}

const commands: readonly Command[] = [
  { name: 'node -e 0', words: ['-e', '0'] },
  { name: 'lapidary --version', words: [main, '--version'], target_ms: 120 },
  { name: `lapidary plan ${pipeline}`, words: [main, 'plan', pipeline], target_ms: 400 },
  { name: `lapidary run ${pipeline}, all cached`, words: [main, 'run', pipeline], target_ms: 800 },
];

// The runs write the lock file beside the pipeline; a measurement should leave no trace in the work tree.
const lock = lockPath(pipeline);
const lockBefore = existsSync(lock) ? readFileSync(lock) : undefined;
try {
  fillStore();
  const times_ms = commands.map((): number[] => []);
  // The first round only warms the file cache.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { words }] of commands.entries()) {
      const taken = timed(words);
      if (round > 0) times_ms[index]!.push(taken);
    }
  }
  print(times_ms);
} finally {
  if (lockBefore === undefined) rmSync(lock, { force: true });
  else writeFileSync(lock, lockBefore);
  if (options.home === undefined) rmSync(home, { recursive: true, force: true });
}

/** Runs the pipeline until a run executes nothing, so that the measured ones are all cached. */
function fillStore(): void {
  const counts = () => {
    const out = execFileSync(process.execPath, [main, 'run', pipeline, '--json'], {
      env: environment,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(out.trimEnd().split('\n').at(-1)!).counts as { executed: number; cached: number };
  };
  const { executed } = counts();
  if (executed > 0 && counts().executed > 0) throw new Error(`a second run of ${pipeline} is not all cached`);
}

function timed(words: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, words, { env: environment, encoding: 'utf8' });
  const taken = performance.now() - start;
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
  return taken;
}

function print(times_ms: readonly (readonly number[])[]): void {
  const floor = median(times_ms[0]!);
  console.log(`Node.js ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}, ${rounds} rounds\n`);
  console.log('| command | median | fastest | slowest | ratio to `node -e 0` | target |');
  console.log('|---|---:|---:|---:|---:|---:|');
  for (const [index, { name, target_ms }] of commands.entries()) {
    const times = times_ms[index]!;
    const cells = [median(times), Math.min(...times), Math.max(...times)].map((time) => `${time.toFixed(0)} ms`);
    const target = target_ms === undefined ? '' : `< ${target_ms} ms`;
    console.log(`| \`${name}\` | ${cells.join(' | ')} | ${(median(times) / floor).toFixed(2)} | ${target} |`);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
