/** `evaluate.reward`: scores of responses, and how often they agree with those who ranked them. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateRewardConfig } from '../../schemas/kinds/evaluate.reward.js';
import { readRows, writeRows } from '../data/jsonl.js';
import { calibrationTable } from '../evaluate/calibration-table.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { type Classifier, readRewardModel } from '../model/classifier-directory.js';
import { toPlainText } from '../report/table.js';
import type { DeviceName } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import { overlongReasons } from '../train/overlong.js';
import { chunks } from '../train/typed-rows.js';
import { distributionOf } from './distribution.js';
import { rewardReport } from './report.js';
import { createRewardModel } from './score.js';
import { type ScoredRow, scoredRow } from './scored-rows.js';
import { rewardSequences } from './sequences.js';

type Context = RunContext<EvaluateRewardConfig>;

/** A row with the tokens of its responses, as they are read. */
interface ReadRow extends ScoredRow {
  readonly sequences: readonly (readonly number[])[];
}

export async function run(context: Context): Promise<RunOutcome> {
  const model = await readRewardModel(context.input('model'), context.scratch);
  const rows = await readDataset(context, model);
  const scores = await scoreAll(context, model, rows);
  await writeRows(
    context.output('scored'),
    rows.map(({ withScores }, index) => withScores(scores[index]!)),
  );
  const all = scores.flat();
  const { mean, std, min, max, constant } = distributionOf(all);
  if (constant && all.length > 1) {
    context.warn(`All ${all.length} responses have the same score: such a reward teaches nothing.`);
  }
  const metrics = {
    ...judge(context, model, rows, scores),
    score_mean: mean,
    score_std: std,
    score_min: min,
    score_max: max,
    n: all.length,
  };
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}

async function readDataset(context: Context, model: Classifier): Promise<ReadRow[]> {
  const maxLength = maxLengthOf(context.config, model);
  const { overlong } = context.config;
  const read: ReadRow[] = [];
  let over = 0;
  for await (const chunk of chunks(readRows(context.input('dataset').path(), 'the dataset'), 256)) {
    const rows = chunk.map(({ row, number }) => scoredRow(row, number));
    const sequences = await rewardSequences(rows, model.tokenizer);
    for (const [index, row] of rows.entries()) {
      const longest = sequences[index]!.reduce((most, { length }) => Math.max(most, length), 0);
      if (longest > maxLength) {
        over++;
        if (overlong === 'error') throw tooLong(chunk[index]!.number, longest, maxLength);
        if (overlong === 'drop') continue;
      }
      read.push({ ...row, sequences: sequences[index]!.map((sequence) => sequence.slice(0, maxLength)) });
    }
  }
  if (overlong !== 'error') context.count(overlongReasons[overlong], over);
  if (!read.some(({ sequences }) => sequences.length > 0)) {
    throw new Failure('dataset-empty', 'The dataset holds no responses to score.');
  }
  return read;
}

function maxLengthOf({ max_length: wanted }: EvaluateRewardConfig, { config }: Classifier): number {
  if (wanted === null || wanted <= config.maxPositions) return wanted ?? config.maxPositions;
  throw new Failure(
    'max-length-exceeds-model',
    `max_length is ${wanted}, and the model has ${config.maxPositions} positions.`,
  );
}

/** The scores of each row's responses. */
async function scoreAll(context: Context, model: Classifier, rows: readonly ReadRow[]): Promise<number[][]> {
  const sequences = rows.flatMap((row) => row.sequences);
  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
  try {
    context.environment({ device: device.name });
    const scorer = createRewardModel(device, model, { batchSize: context.config.batch_size });
    const all = await scorer.scores(sequences, {
      signal: context.signal,
      onProgress: (step) => context.progress({ step, total: sequences.length, unit: 'responses' }),
    });
    await scorer.dispose();
    const broken = all.findIndex((score) => !Number.isFinite(score));
    if (broken >= 0) throw new Failure('score-not-finite', `A score is ${all[broken]}: the model is broken.`);
    const scores = all.values();
    return rows.map((row) => row.sequences.map(() => scores.next().value!));
  } finally {
    await device.dispose();
  }
}

/** What the scores of rows that are ranked are worth. Log-odds are differences of scores that are not normalised. */
function judge(context: Context, { head }: Classifier, rows: readonly ScoredRow[], scores: readonly number[][]) {
  const std = head.normalisation?.std ?? 1;
  const ranked = rows.flatMap(({ comparisons }, index) =>
    comparisons?.length ? [{ comparisons, scores: scores[index]!.map((score) => score * std) }] : [],
  );
  context.count('row-with-all-responses-tied', rows.filter(({ comparisons }) => comparisons?.length === 0).length);
  if (ranked.length === 0) return {};
  const { metrics, calibration } = rewardReport(ranked);
  context.display('calibration', toPlainText(calibrationTable(calibration, 'comparisons')));
  return metrics;
}

function tooLong(row: number, length: number, maxLength: number): Failure {
  return new Failure(
    'row-over-max-length',
    `Row ${row} of the dataset has ${length} tokens with one of its responses, and max_length is ${maxLength}.`,
    'Set overlong to truncate or drop.',
  );
}
