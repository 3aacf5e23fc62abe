/** Points of cost and gain, and which of them no other one beats. Pure. */
import { Failure } from '../../engine/failure.js';
import { type Measure, readMeasure } from './measure.js';

export interface FrontierPoint {
  readonly label: string;
  readonly series: string;
  readonly cost: Measure;
  readonly gain: Measure;
  /** No other point gains as much or more for less, nor more for as much. */
  readonly isBest: boolean;
}

export interface Labelled {
  readonly label: string;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Axes {
  /** Names of metrics; the first that a point has. */
  readonly x: readonly string[];
  readonly y: readonly string[];
}

/** Throws `Failure` `unknown-metric` where a point lacks them all. */
export function frontierPoints(inputs: readonly Labelled[], { x, y }: Axes): FrontierPoint[] {
  const points = inputs.map((input) => ({
    label: input.label,
    series: seriesOf(input.label),
    cost: measureOf(input, x),
    gain: measureOf(input, y),
  }));
  const beats = (a: (typeof points)[number], b: (typeof points)[number]) =>
    a.cost.value <= b.cost.value &&
    a.gain.value >= b.gain.value &&
    (a.cost.value < b.cost.value || a.gain.value > b.gain.value);
  return points.map((point) => ({ ...point, isBest: !points.some((other) => beats(other, point)) }));
}

/** `dpo` of `dpo 0.1`, `dpo[beta=0.1]`, `dpo (0.1)`. */
export function seriesOf(label: string): string {
  return /^[^\s[(]+/.exec(label)?.[0] ?? label;
}

function measureOf({ label, metrics }: Labelled, names: readonly string[]): Measure {
  const measure = names.map((name) => readMeasure(metrics, name)).find((found) => found !== undefined);
  if (measure) return measure;
  throw new Failure(
    'unknown-metric',
    `${label} has none of the metrics ${names.join(', ')}.`,
    `It has: ${Object.keys(metrics).join(', ')}.`,
  );
}
