/** `data.drift`: how far a dataset is from another, such as validation rows from those that were learned. */
import { writeFile } from 'node:fs/promises';
import { Failure } from '../../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../../engine/kind.js';
import type { DataDriftConfig } from '../../../schemas/kinds/data.drift.js';
import { writeMetrics } from '../../evaluate/metrics-file.js';
import { formatNumber, toMarkdown, toPlainText } from '../../report/table.js';
import { stabilityInWords } from '../../statistics/distribution-distance.js';
import { comparedText, comparisonKey } from '../compared-text.js';
import { readPath } from '../field-path.js';
import { readRows } from '../jsonl.js';
import { wordsOf } from '../shingles.js';
import { type Distribution, distributionOf, lengthBins } from './distributions.js';
import { ngramCoverage, shareIn } from './overlap.js';

type Context = RunContext<DataDriftConfig>;

interface Side {
  readonly words: readonly (readonly string[])[];
  /** The labels of each row; empty where it has none. */
  readonly labels: readonly (readonly string[])[];
  /** Equal for rows that say the same. */
  readonly keys: readonly string[];
}

export async function run(context: Context): Promise<RunOutcome> {
  const { config } = context;
  const reference = await readSide(context, 'reference');
  const dataset = await readSide(context, 'dataset');
  const binOf = lengthBins(reference.words.map(({ length }) => length));
  const compare = (of: (side: Side) => readonly (readonly string[])[], isBinned: boolean) =>
    distributionOf(of(reference), of(dataset), { permutations: config.permutations, isBinned });
  const distributions: [string, Distribution][] = [
    ['length', compare(({ words }) => words.map(({ length }) => [binOf(length)]), true)],
    ['words', compare(({ words }) => words, false)],
    ...(hasLabels(reference) && hasLabels(dataset)
      ? [['labels', compare(({ labels }) => labels, true)] as [string, Distribution]]
      : []),
  ];
  const metrics = { ...Object.assign({}, ...distributions.map(metricsOf)), ...overlaps(reference, dataset) };
  const table = {
    header: ['of', 'Jensen–Shannon', 'p', 'stability index', 'in words'],
    rows: distributions.map(([name, { divergence, pValue, stability }]) => [
      name,
      formatNumber(divergence),
      pValue === undefined ? '' : formatNumber(pValue),
      stability === undefined ? '' : formatNumber(stability),
      stability === undefined ? '' : stabilityInWords(stability),
    ]),
  };
  const shared = {
    header: ['of the dataset', 'found in the reference'],
    rows: Object.entries(overlaps(reference, dataset))
      .filter(([name]) => name.endsWith('_covered'))
      .map(([name, part]) => [name.replace('_covered', ''), `${(100 * part).toFixed(1)} %`]),
  };
  warn(context, distributions, metrics);
  await writeMetrics(context.output('metrics'), metrics);
  await writeFile(context.output('report'), `${toMarkdown(table)}\n${toMarkdown(shared)}`);
  context.display('drift', `${toPlainText(table)}\n\n${toPlainText(shared)}`);
  return { metrics };
}

async function readSide(context: Context, port: 'reference' | 'dataset'): Promise<Side> {
  const { fields, label } = context.config;
  const name = port === 'dataset' ? 'the dataset' : 'the reference';
  const comparison = { fields, ignore_case: true, ignore_whitespace: true };
  const side = { words: [] as string[][], labels: [] as string[][], keys: [] as string[] };
  for await (const numbered of readRows(context.input(port).path(), name)) {
    const found = [readPath(numbered.row, label) ?? []].flat().filter((value) => typeof value !== 'object');
    side.words.push(wordsOf(comparedText(numbered, name, comparison)));
    side.labels.push(found.map(String));
    side.keys.push(comparisonKey(numbered, name, comparison));
  }
  if (side.words.every(({ length }) => length === 0)) throw new Failure('dataset-empty', `${name} holds no words.`);
  return side;
}

const hasLabels = ({ labels }: Side) => labels.some(({ length }) => length > 0);

function metricsOf([name, { divergence, pValue, stability }]: [string, Distribution]): Record<string, number> {
  return {
    [`${name}_js`]: divergence,
    ...(pValue === undefined ? {} : { [`${name}_p_value`]: pValue }),
    ...(stability === undefined ? {} : { [`${name}_psi`]: stability }),
  };
}

/** Of the dataset, what part of it the reference has, too. */
function overlaps(reference: Side, dataset: Side): Record<string, number> {
  return {
    rows_covered: shareIn(dataset.keys, new Set(reference.keys)),
    words_covered: shareIn(dataset.words.flat(), new Set(reference.words.flat())),
    bigrams_covered: ngramCoverage(reference.words, dataset.words, 2),
    trigrams_covered: ngramCoverage(reference.words, dataset.words, 3),
    ...(hasLabels(reference) && hasLabels(dataset)
      ? { labels_covered: shareIn(dataset.labels.flat(), new Set(reference.labels.flat())) }
      : {}),
    reference_rows: reference.words.length,
    rows: dataset.words.length,
  };
}

function warn(
  context: Context,
  distributions: readonly [string, Distribution][],
  metrics: Record<string, number>,
): void {
  for (const [name, { stability }] of distributions) {
    if (stability === undefined || stabilityInWords(stability) !== 'large shift') continue;
    context.warn(
      `A large shift of the ${name}: the stability index against the reference is ${formatNumber(stability)}.`,
    );
  }
  const { rows_covered: same, labels_covered: labels = 1, rows } = metrics;
  if (same! > 0)
    context.warn(
      `${Math.round(same! * rows!)} of ${rows} rows are in the reference, too; data.decontaminate drops such.`,
    );
  if (labels < 1) context.warn('The dataset has labels that the reference has not.');
}
