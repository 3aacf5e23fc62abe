/** `train.rejection_sampling`: the best of n responses, then supervised fine-tuning on them. */
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact, RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainRejectionSamplingConfig } from '../../schemas/kinds/train.rejection_sampling.js';
import { writeRows } from '../data/jsonl.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { run as supervised } from '../train/supervised.js';
import { bestRows, drawAndScore, drawMetrics, leftOut } from './draw.js';

type Context = RunContext<TrainRejectionSamplingConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const best = join(context.scratch, 'best.jsonl');
  const drawn = await drawOnce(context, best);
  await copyFile(best, context.output('best'));
  const { metrics } = await supervised(learning(context, best));
  const all = { ...drawn, ...metrics };
  await writeMetrics(context.output('metrics'), all);
  return { metrics: all };
}

/** What is kept beside the rows. It is written last, and says that the rows are whole. */
interface Kept {
  readonly metrics: Readonly<Record<string, number>>;
  readonly leftOut: readonly [string, number];
}

/** A run that was stopped while it learned need not draw again. */
async function drawOnce(context: Context, path: string): Promise<Kept['metrics']> {
  const kept = (await readKept(context)) ?? (await draw(context, path));
  context.count(...kept.leftOut);
  return kept.metrics;
}

const keptFile = 'drawn.json';

async function readKept({ scratch }: Context): Promise<Kept | undefined> {
  const text = await readFile(join(scratch, keptFile), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

async function draw(context: Context, path: string): Promise<Kept> {
  const drawn = await drawAndScore(context);
  if ((await writeRows(path, bestRows(drawn))) === 0) {
    throw new Failure('no-response', 'The best response to every prompt is empty.');
  }
  const kept: Kept = { metrics: drawMetrics(drawn), leftOut: leftOut(drawn) };
  const final = join(context.scratch, keptFile);
  await writeFile(`${final}.draft`, JSON.stringify(kept));
  await rename(`${final}.draft`, final);
  return kept;
}

function learning(context: Context, best: string): Parameters<typeof supervised>[0] {
  const dataset: Artifact = { ...context.input('dataset'), path: () => best, entries: () => [] };
  return {
    ...context,
    config: { ...context.config, assistant_only_loss: true, mask_history: false, empty_completion: 'error' },
    input: (port) => (port === 'dataset' ? dataset : context.input(port)),
  };
}
