/**
 * The pass marks of the pipelines of learning from feedback, over several seeds:
 *
 *   node dist/bench/alignment.js [--seeds 1,2,3] [--pipelines sentiment,preference,instructgpt] [-- further words for `run`]
 *
 * Runs each pipeline with each seed, and prints a table of what each seed gave for each mark, with mean and standard deviation. What
 * is in the store is not computed again.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { meanOf, standardDeviation } from '../nodes/loss/advantages.js';
import { type Mark, type Metrics, marks } from './marks.js';

function lapidary(...words: readonly string[]): string {
  return execFileSync(process.execPath, ['dist/nodes/main.js', ...words, '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
}

/** Asks for the metrics of the very run, since others may end in the same store meanwhile. */
function metricsOf(pipeline: string, seed: string, words: readonly string[]): Metrics {
  console.error(`${pipeline}, seed ${seed}`);
  const events = lapidary('run', `pipelines/${pipeline}.yaml`, '-p', `seed=${seed}`, ...words)
    .trimEnd()
    .split('\n');
  const { run } = JSON.parse(events.at(-1)!) as { readonly run: string };
  return JSON.parse(lapidary('metrics', run)) as Metrics;
}

/** A line of the table. A value that is missing is said to be not comparable, and is no pass. */
function lineOf({ claim, value, passes }: Mark, found: readonly Metrics[]): string {
  const results = found.map(value);
  const shown = results.map((result) => (result === undefined ? 'not comparable' : result.toFixed(3)));
  const known = Float64Array.from(results.filter((result) => result !== undefined));
  const spread = known.length > 1 ? ` ± ${standardDeviation(known).toFixed(3)}` : '';
  const mean = known.length > 0 ? `${meanOf(known).toFixed(3)}${spread}` : '';
  const passed = results.filter((result) => result !== undefined && passes(result)).length;
  return `| ${[claim, ...shown, mean, `${passed} of ${results.length}`].join(' | ')} |`;
}

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    pipelines: { type: 'string', default: Object.keys(marks).join(',') },
  },
  allowPositionals: true,
});
const seeds = values.seeds.split(',');

for (const pipeline of values.pipelines.split(',')) {
  const found = seeds.map((seed) => metricsOf(pipeline, seed, positionals));
  const header = [pipeline, ...seeds.map((seed) => `seed ${seed}`), 'mean ± σ', 'passed'];
  console.log(`| ${header.join(' | ')} |\n|${header.map(() => '---|').join('')}`);
  for (const mark of marks[pipeline]!) console.log(lineOf(mark, found));
  console.log();
}
