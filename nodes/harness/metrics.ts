/** `metric_list` of a task. Pure. */
import { isObject } from '../data/jsonl.js';
import { type ExactMatchOptions, readExactMatch } from './exact-match.js';
import { invalid, unsupported } from './refusals.js';
import type { OutputType } from './task.js';

export interface MetricSpec {
  readonly name: 'acc' | 'acc_norm' | 'perplexity' | 'exact_match';
  /** Of `exact_match` where texts are compared. */
  readonly options?: ExactMatchOptions;
}

const metricsOf: Readonly<Record<OutputType, readonly MetricSpec['name'][]>> = {
  multiple_choice: ['acc', 'acc_norm', 'exact_match'],
  loglikelihood: ['perplexity', 'acc'],
  generate_until: ['exact_match'],
};

/** What the harness measures where a task has no list. */
const defaults: Readonly<Record<OutputType, readonly MetricSpec['name'][]>> = {
  ...metricsOf,
  multiple_choice: ['acc', 'acc_norm'],
};

/** Throws `Failure`. */
export function readMetrics(list: unknown, outputType: OutputType, file: string): MetricSpec[] {
  const entries = list ?? defaults[outputType].map((metric) => ({ metric }));
  if (!Array.isArray(entries) || entries.length === 0) throw invalid(file, 'metric_list', 'a list of metrics', list);
  return entries.map((entry) => readMetric(entry, outputType, file));
}

function readMetric(entry: unknown, outputType: OutputType, file: string): MetricSpec {
  if (!isObject(entry)) throw invalid(file, 'an entry of metric_list', 'an object', entry);
  const {
    metric,
    aggregation = metric === 'perplexity' ? 'perplexity' : 'mean',
    higher_is_better: _,
    hf_evaluate: loaded = false,
    ...options
  } = entry;
  const name = metricsOf[outputType].find((known) => known === metric);
  if (name === undefined || loaded === true) {
    throw unsupported(file, `the metric ${JSON.stringify(metric)} of ${outputType}`);
  }
  if (aggregation !== (name === 'perplexity' ? 'perplexity' : 'mean'))
    throw unsupported(file, `aggregation: ${JSON.stringify(aggregation)} of ${name}`);
  if (name === 'exact_match' && outputType === 'generate_until')
    return { name, options: readExactMatch(options, file) };
  const other = Object.keys(options)[0];
  if (other !== undefined) throw unsupported(file, `${other} of the metric ${name}`);
  return { name };
}
