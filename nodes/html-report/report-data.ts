/** What a report shows, as plain data: pages are a pure function of it. */
import type { RunRecord } from '../../engine/record.js';

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

export interface ReportRun {
  /** `A`, `B`, … in a report of several runs; else empty. */
  readonly label: string;
  readonly record: RunRecord;
  /** Node → its training curve, from whichever run executed it. */
  readonly curves: ReadonlyMap<string, readonly CurvePoint[]>;
  readonly samples: readonly SampleSet[];
  readonly datasets: readonly DatasetFacts[];
}
