/** A verdict in words and as a table. */
import type { ReportVerdictConfig } from '../../schemas/kinds/report.verdict.js';
import { formatDifference, formatNumber, type Table } from '../report/table.js';
import type { Bound, Finding } from './decide.js';

export interface Condition extends Finding {
  readonly name: string;
  readonly values: readonly number[];
  /** Mean of the baseline's metric, where there is one. */
  readonly before: number | undefined;
  readonly after: number;
}

/** One row a condition. */
export function conditionTable(conditions: readonly Condition[], { relative }: ReportVerdictConfig): Table {
  const isCompared = conditions[0]!.before !== undefined;
  const value = !isCompared ? formatNumber : relative ? formatPercent : formatDifference;
  const levels = ({ before, after }: Condition) =>
    before === undefined ? [] : [formatNumber(before), formatNumber(after)];
  return {
    header: [
      ...['', ...(isCompared ? ['baseline', 'claimed for', 'difference'] : ['mean'])],
      ...['interval', 'by seed', 'verdict'],
    ],
    rows: conditions.map((condition) => [
      ...[condition.name, ...levels(condition), value(condition.mean)],
      `[${value(condition.interval.low)}, ${value(condition.interval.high)}]`,
      ...[condition.values.map(value).join(' '), condition.verdict],
    ]),
  };
}

function formatPercent(part: number): string {
  return `${formatDifference(100 * part)} %`;
}

/** What was claimed, and what the intervals are. */
export function footnoteOf(conditions: readonly Condition[], bound: Bound, config: ReportVerdictConfig): string {
  const compared = conditions[0]!.before === undefined ? 'the mean' : 'the mean difference, paired by seed,';
  const value = config.relative ? formatPercent(bound.value) : formatNumber(bound.value);
  return [
    `Claimed: ${config.metric}, ${compared} is ${bound.side} ${value}.`,
    `Interval: Student's t at ${formatNumber(100 * config.confidence_level)} % over ${conditions[0]!.values.length} seeds.`,
  ].join(' ');
}
