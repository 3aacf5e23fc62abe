/** `metric_list` of a task. Pure. */
import { isObject } from '../data/jsonl.js';
import { type ExactMatchOptions, readExactMatch } from './exact-match.js';
import { invalid, unsupported } from './refusals.js';
import type { OutputType } from './task.js';

export type MetricSpec =
  | { readonly name: 'acc' | 'acc_norm' }
  | { readonly name: 'exact_match'; readonly options: ExactMatchOptions };

const metricsOf: Readonly<Record<OutputType, readonly MetricSpec['name'][]>> = {
  multiple_choice: ['acc', 'acc_norm'],
  generate_until: ['exact_match'],
};

/** Throws `Failure`. The same as the harness where the task has no list. */
export function readMetrics(list: unknown, outputType: OutputType, file: string): MetricSpec[] {
  const entries = list ?? metricsOf[outputType].map((metric) => ({ metric }));
  if (!Array.isArray(entries) || entries.length === 0) throw invalid(file, 'metric_list', 'a list of metrics', list);
  return entries.map((entry) => readMetric(entry, outputType, file));
}

function readMetric(entry: unknown, outputType: OutputType, file: string): MetricSpec {
  if (!isObject(entry)) throw invalid(file, 'an entry of metric_list', 'an object', entry);
  const { metric, aggregation = 'mean', higher_is_better: _, hf_evaluate: loaded = false, ...options } = entry;
  const name = metricsOf[outputType].find((known) => known === metric);
  if (name === undefined || loaded === true) {
    throw unsupported(file, `the metric ${JSON.stringify(metric)} of ${outputType}`);
  }
  if (aggregation !== 'mean') throw unsupported(file, `aggregation: ${JSON.stringify(aggregation)} of ${name}`);
  if (name === 'exact_match') return { name, options: readExactMatch(options, file) };
  const other = Object.keys(options)[0];
  if (other !== undefined) throw unsupported(file, `${other} of the metric ${name}`);
  return { name };
}
