/** What a report shows, as plain data: pages are a pure function of it. */
import type { RunRecord } from '../../engine/record.js';
import type { ConfusionMatrix } from '../evaluate/classification/confusion-matrix.js';
import type { Leak } from './leaks.js';

export interface CurvePoint {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

export type SampleRow = Readonly<Record<string, unknown>>;

export interface SampleSet {
  readonly node: string;
  readonly port: string;
  /** The first rows. */
  readonly rows: readonly SampleRow[];
  /** How many there are in all. */
  readonly count: number;
}

export interface DatasetFacts {
  readonly node: string;
  readonly port: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface Confusion {
  readonly node: string;
  readonly labels: readonly string[];
  readonly counts: ConfusionMatrix;
}

export interface ReportRun {
  /** `A`, `B`, … in a report of several runs; else empty. */
  readonly label: string;
  readonly record: RunRecord;
  /** Node → its training curve, from whichever run executed it. */
  readonly curves: ReadonlyMap<string, readonly CurvePoint[]>;
  readonly samples: readonly SampleSet[];
  readonly datasets: readonly DatasetFacts[];
  readonly confusions: readonly Confusion[];
  /** What makes its numbers look better than they are. */
  readonly leaks: readonly Leak[];
}
