/**
 * From examples to batches of few fixed shapes, since a step is compiled once a shape. Everything here is a pure
 * function of the examples, the seed and the number of the epoch.
 */
import { ignoredLabel } from '../loss/cross-entropy.js';
import type { HostTensors } from '../tensor/device.js';
import { int32 } from '../tensor/host-tensor.js';
import { createRandom } from '../tensor/random.js';
import type { Example } from './example.js';
import { packByBestFit } from './packing.js';
import { paddedLengths } from './padded-lengths.js';

/** Examples that share a row, one behind the other. */
type Row = readonly Example[];

export interface Batch {
  /** int32 `[batch, length]`: `ids`, `targets` and, when packed, `positions` and `segments`. */
  readonly inputs: HostTensors;
  /** Tokens that are not padding. */
  readonly tokens: number;
  readonly supervisedTokens: number;
}

export interface BatchOptions {
  readonly batchSize: number;
  /** No example is longer. */
  readonly maxLength: number;
  /** Several examples a row, kept apart by `segments`; otherwise one a row, padded to a length of a few. */
  readonly packed: boolean;
  readonly padId: number;
  readonly seed: number | bigint;
}

export interface Batches {
  /** The same in every epoch. */
  readonly perEpoch: number;
  /** All the batches of an epoch, from 0, in their order. */
  epoch(epoch: number): Iterable<Batch>;
}

/** Rows in an order that is a permutation of (seed, epoch). `examples` must not be empty. */
export function createBatches(examples: readonly Example[], options: BatchOptions): Batches {
  const rows: readonly Row[] = options.packed
    ? packByBestFit(examples, (example) => example.ids.length, options.maxLength)
    : examples.map((example) => [example]);
  const lengths = options.packed
    ? [options.maxLength]
    : paddedLengths(
        examples.map(({ ids }) => ids.length),
        options.maxLength,
      );
  const groupsOf = (order: readonly number[]) => groupByLength(rows, order, lengths, options.batchSize);
  return {
    perEpoch: groupsOf(rows.map((_, index) => index)).length,
    *epoch(epoch) {
      const order = createRandom(options.seed, 'epoch', epoch).permutation(rows.length);
      for (const group of groupsOf([...order])) yield assemble(group.rows, group.length, options);
    },
  };
}

interface Group {
  readonly rows: readonly Row[];
  readonly length: number;
}

/** Full batches of one length each, as they fill up; what is left over is put together, longest rows first. */
function groupByLength(
  rows: readonly Row[],
  order: readonly number[],
  lengths: readonly number[],
  batchSize: number,
): Group[] {
  const groups: Group[] = [];
  const open = new Map<number, Row[]>(lengths.map((length) => [length, []]));
  const lengthFor = (row: Row) => lengths.find((length) => lengthOf(row) <= length)!;
  for (const index of order) {
    const row = rows[index]!;
    const length = lengthFor(row);
    const waiting = open.get(length)!;
    waiting.push(row);
    if (waiting.length === batchSize) groups.push({ rows: waiting.splice(0), length });
  }
  const rest = [...lengths].reverse().flatMap((length) => open.get(length)!);
  for (let start = 0; start < rest.length; start += batchSize) {
    const group = rest.slice(start, start + batchSize);
    groups.push({ rows: group, length: lengthFor(group[0]!) });
  }
  return groups;
}

function lengthOf(row: Row): number {
  return row.reduce((total, { ids }) => total + ids.length, 0);
}

/** Fills a batch of the full size, padding rows and whole missing rows with tokens that are never supervised. */
function assemble(rows: readonly Row[], length: number, { batchSize, packed, padId }: BatchOptions): Batch {
  const shape = [batchSize, length];
  const ids = new Int32Array(batchSize * length).fill(padId);
  const targets = new Int32Array(batchSize * length).fill(ignoredLabel);
  const positions = new Int32Array(batchSize * length);
  const segments = new Int32Array(batchSize * length);
  let tokens = 0;
  let supervisedTokens = 0;
  rows.forEach((row, index) => {
    let at = index * length;
    row.forEach((example, segment) => {
      ids.set(example.ids, at);
      targets.set(example.targets, at);
      for (let position = 0; position < example.ids.length; position++) {
        positions[at + position] = position;
        // 0 is left to the padding.
        segments[at + position] = segment + 1;
        if (example.targets[position] !== ignoredLabel) supervisedTokens++;
      }
      at += example.ids.length;
      tokens += example.ids.length;
    });
  });
  return {
    inputs: {
      ids: int32(shape, ids),
      targets: int32(shape, targets),
      ...(packed ? { positions: int32(shape, positions), segments: int32(shape, segments) } : {}),
    },
    tokens,
    supervisedTokens,
  };
}
