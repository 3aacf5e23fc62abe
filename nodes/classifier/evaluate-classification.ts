/** `evaluate.classification`: labels and their probabilities, and how right they are. */
import { writeFile } from 'node:fs/promises';
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateClassificationConfig } from '../../schemas/kinds/evaluate.classification.js';
import { writeRows } from '../data/jsonl.js';
import { classificationIntervals } from '../evaluate/classification/intervals.js';
import { type ClassificationReport, classificationReport, predictedLabels } from '../evaluate/classification/report.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { type Classifier, readClassifier } from '../model/classifier-directory.js';
import { formatMeasure, readMeasure } from '../report/measure.js';
import { metricNames } from '../report/metric-names.js';
import { toMarkdown, toPlainText } from '../report/table.js';
import type { DeviceName } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import { counting } from '../train/counting.js';
import { type LabelledText, readLabelledTexts } from './labelled-texts.js';
import { unknownLabel } from './labels.js';
import { reportTables } from './report-text.js';
import { createScorer } from './scorer.js';

type Context = RunContext<EvaluateClassificationConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const { config } = context;
  const model = await readClassifier(context.input('model'), context.scratch);
  const { labels } = model.head;
  const several = model.head.problemType === 'multi_label_classification';
  if (labels.length < 2 && !several) throw isReward();
  const maxLength = maxLengthOf(config, model);
  const texts = await counting(context, 'dataset', (count) => {
    const options = { maxLength, overlong: config.overlong, unlabelled: true, signal: context.signal, count };
    return readLabelledTexts(context.input('dataset'), model.tokenizer, options);
  });
  const truth = rightLabels(texts, labels, several);
  const probabilities = await probabilitiesOf(context, model, texts, several);
  const classified = { labels, probabilities, several, threshold: config.threshold };
  const report = truth && classificationReport({ ...classified, truth });
  const predicted = report?.predicted ?? predictedLabels(classified);
  await writeRows(
    context.output('predictions'),
    texts.map(({ row }, index) => ({
      ...row,
      predicted: several ? predicted[index]!.map((label) => labels[label]!) : labels[predicted[index]![0]!],
      probabilities: Object.fromEntries(labels.map((name, label) => [name, probabilities[index]![label]])),
    })),
  );
  const { n = texts.length, ...values } = report?.metrics ?? {};
  const options = { resamples: config.bootstrap_resamples, confidence: config.confidence_level, seed: 0 };
  const intervals = truth ? classificationIntervals({ ...classified, truth }, predicted, options) : {};
  const metrics: Record<string, number> = { ...values, ...intervals, n };
  await writeMetrics(context.output('metrics'), metrics);
  await writeReport(context, labels, metrics, report);
  return { metrics };
}

/** The right labels by their indices; `undefined` where no row has any. */
function rightLabels(
  texts: readonly LabelledText[],
  names: readonly string[],
  several: boolean,
): number[][] | undefined {
  if (texts.every(({ labels }) => labels === undefined)) return undefined;
  return texts.map(({ labels, number }) => {
    const row = `Row ${number} of the dataset`;
    if (labels === undefined) throw new Failure('row-type-mismatch', `${row} has no label, and others have.`);
    const indices = labels.map((name) => names.indexOf(name));
    const unknown = indices.indexOf(-1);
    if (unknown >= 0) throw unknownLabel(`${row} has the label ${JSON.stringify(labels[unknown])}`, names);
    if (several || indices.length === 1) return indices;
    throw new Failure('labels-mismatch', `${row} has ${indices.length} labels, and the model gives one.`);
  });
}

async function probabilitiesOf(
  context: Context,
  model: Classifier,
  texts: readonly LabelledText[],
  several: boolean,
): Promise<number[][]> {
  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
  try {
    context.environment({ device: device.name });
    const scorer = createScorer(device, model, context.config.batch_size);
    const scores = await scorer.scores(
      texts.map(({ sequence }) => sequence),
      {
        signal: context.signal,
        onProgress: (step) => context.progress({ step, total: texts.length, unit: 'texts' }),
      },
    );
    await scorer.dispose();
    if (!scores.every((row) => row.every(Number.isFinite))) {
      throw new Failure('score-not-finite', 'Scores are no numbers: the model is broken.');
    }
    return scores.map((row) => (several ? Array.from(row, sigmoid) : softmax(row)));
  } finally {
    await device.dispose();
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function softmax(scores: ArrayLike<number>): number[] {
  const most = Math.max(...Array.from(scores));
  const parts = Array.from(scores, (score) => Math.exp(score - most));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
}

async function writeReport(
  context: Context,
  labels: readonly string[],
  metrics: Readonly<Record<string, number>>,
  report: ClassificationReport | undefined,
): Promise<void> {
  const tables = report ? reportTables(labels, report) : [];
  for (const { title, table } of tables) context.display(title, toPlainText(table));
  if (report && report.withoutCurves.length > 0) {
    const names = report.withoutCurves.join(', ');
    context.warn(`No area under a curve of ${names}: all texts have that label, or none. The means leave it out.`);
  }
  const figures = {
    title: 'metrics',
    table: {
      header: ['metric', 'value'],
      rows: metricNames(metrics).map((name) => [name, formatMeasure(readMeasure(metrics, name))]),
    },
  };
  const sections = [figures, ...tables].map(({ title, table }) => `## ${title}\n\n${toMarkdown(table)}`);
  await writeFile(context.output('report'), sections.join('\n'));
}

function maxLengthOf({ max_length: wanted }: EvaluateClassificationConfig, { config }: Classifier): number {
  if (wanted === null || wanted <= config.maxPositions) return wanted ?? config.maxPositions;
  throw new Failure(
    'max-length-exceeds-model',
    `max_length is ${wanted}, and the model has ${config.maxPositions} positions.`,
  );
}

function isReward(): Failure {
  return new Failure(
    'not-a-classifier',
    'The model gives one number, as a reward model does, and a classifier is wanted.',
    'evaluate.reward measures reward models.',
  );
}
