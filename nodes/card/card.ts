/** A model card as Hugging Face has it: Markdown after metadata in YAML, with the results as `model-index`. Pure. */
import { stringify } from 'yaml';
import { formatMeasure, type Measure, readMeasure } from '../report/measure.js';
import { metricNames } from '../report/metric-names.js';
import { type Table, toMarkdown } from '../report/table.js';

export interface CardFacts {
  readonly name: string;
  /** A paragraph; empty where there is nothing to say. */
  readonly summary: string;
  readonly metadata: CardMetadata;
  readonly results: readonly CardResult[];
  /** Sections of names with values, such as what each training was told. */
  readonly sections: readonly CardSection[];
  readonly reproduce: Reproduce | undefined;
}

export interface CardMetadata {
  readonly license: string | undefined;
  readonly language: readonly string[];
  /** On the Hub: `owner/name`. */
  readonly base_model: readonly string[];
  readonly datasets: readonly string[];
  readonly tags: readonly string[];
  readonly pipeline_tag: string;
}

export interface CardResult {
  /** What was measured: the name of an evaluation. */
  readonly name: string;
  /** What it was measured on. */
  readonly dataset: string;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface CardSection {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export interface Reproduce {
  readonly experiment: string;
  readonly pipeline: string;
  readonly commit: string | undefined;
}

export function modelCard(facts: CardFacts): string {
  const { name, summary, results, sections, reproduce } = facts;
  const parts = [
    `# ${oneLine(name)}`,
    ...(summary === '' ? [] : [summary]),
    ...(results.length === 0 ? [] : [`## Results\n\n${resultsText(results)}`]),
    ...sections
      .filter((section) => section.facts.length > 0)
      .map((section) => `## ${oneLine(section.title)}\n\n${toMarkdown(factTable(section.facts))}`.trimEnd()),
    ...(reproduce ? [`## Reproduce\n\n${reproduceText(reproduce)}`] : []),
  ];
  return `---\n${stringify(metadataOf(facts), { lineWidth: 0 })}---\n\n${parts.join('\n\n')}\n`;
}

/** Nothing is written that is not known. */
function metadataOf({ name, metadata, results }: CardFacts): object {
  const { license, language, base_model, datasets, tags, pipeline_tag } = metadata;
  const metrics = [...new Set(results.flatMap(({ metrics }) => metricNames(metrics)))];
  return {
    ...(license === undefined ? {} : { license }),
    ...(language.length === 0 ? {} : { language: [...language] }),
    ...(base_model.length === 0 ? {} : { base_model: [...base_model] }),
    ...(datasets.length === 0 ? {} : { datasets: [...datasets] }),
    library_name: 'transformers',
    pipeline_tag,
    tags: [...tags],
    ...(metrics.length === 0
      ? {}
      : { metrics, 'model-index': [{ name, results: results.map(indexed(pipeline_tag)) }] }),
  };
}

/** One result of `model-index`. The ends of an interval have no place of their own there: they are the metric's `args`. */
const indexed =
  (task: string) =>
  ({ name, dataset, metrics }: CardResult) => ({
    task: { type: task, name },
    dataset: { type: dataset, name: dataset },
    metrics: measuresOf(metrics).map(([metric, { value, interval }]) => ({
      type: metric,
      value,
      name: metric,
      ...(interval ? { args: { interval: [interval.low, interval.high] } } : {}),
    })),
  });

function resultsText(results: readonly CardResult[]): string {
  const rows = results.flatMap(({ name, dataset, metrics }) =>
    measuresOf(metrics).map(([metric, measure]) => [name, dataset, metric, formatMeasure(measure)]),
  );
  const table: Table = { header: ['evaluation', 'data', 'metric', 'value'], rows };
  const intervals = rows.some(([, , , value]) => value!.includes('['));
  return `${toMarkdown(table)}${intervals ? '\nIn brackets: intervals, of other examples of the same kind.' : ''}`.trimEnd();
}

function measuresOf(metrics: Readonly<Record<string, number>>): (readonly [string, Measure])[] {
  return metricNames(metrics).map((name) => [name, readMeasure(metrics, name)!]);
}

function factTable(facts: CardSection['facts']): Table {
  return { header: ['', ''], rows: facts.map(([name, value]) => [oneLine(name), oneLine(value)]) };
}

function reproduceText({ experiment, pipeline, commit }: Reproduce): string {
  const at = commit === undefined ? '' : ` at commit \`${commit}\``;
  return `It was made by the pipeline \`${pipeline}\`${at}, as the experiment \`${experiment}\`.\n\n\`\`\`\nlapidary reproduce ${experiment.slice(0, 16)}\n\`\`\``;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
