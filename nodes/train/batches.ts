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

export interface Batch {
  readonly inputs: HostTensors;
  /** Tokens that are not padding. */
  readonly tokens: number;
  /** What its loss is a mean over: supervised tokens, or pairs, or rows. */
  readonly count: number;
  /** Tokens of each row that are not padding, where rows are padded on the right. */
  readonly lengths?: readonly number[];
}

export interface BatchOptions {
  readonly batchSize: number;
  readonly seed: number | bigint;
}

export interface ExampleBatchOptions extends BatchOptions {
  /** No example is longer. */
  readonly maxLength: number;
  /** Several examples a row, kept apart by `segments`; otherwise one a row, padded to a length of a few. */
  readonly packed: boolean;
  readonly padId: number;
}

export interface Batches {
  /** The same in every epoch. */
  readonly perEpoch: number;
  /** All the batches of an epoch, from 0, in their order. */
  epoch(epoch: number): Iterable<Batch>;
}

/**
 * Batches of token sequences: `ids`, `targets` and, when packed, `positions` and `segments`, each int32 `[batch, length]`.
 * `examples` must not be empty.
 */
export function createBatches(examples: readonly Example[], options: ExampleBatchOptions): Batches {
  const { packed, maxLength } = options;
  const rows = packed
    ? packByBestFit(examples, (example) => example.ids.length, maxLength)
    : examples.map((example) => [example]);
  const sizes = rows.map((row) => row.reduce((total, { ids }) => total + ids.length, 0));
  const lengths = packed ? [maxLength] : paddedLengths(sizes, maxLength);
  return batchRows(rows, sizes, lengths, options, (group, length) => assemble(group, length, options));
}

/**
 * Batches of rows of like size, in an order that is a permutation of (seed, epoch). Each is assembled for one of the
 * `lengths`, the shortest that its rows fit in. `rows` must not be empty; a batch may have fewer than `batchSize`.
 */
export function batchRows<Row>(
  rows: readonly Row[],
  sizes: readonly number[],
  lengths: readonly number[],
  { batchSize, seed }: BatchOptions,
  assembleRows: (rows: readonly Row[], length: number) => Batch,
): Batches {
  const groupsOf = (order: readonly number[]) => groupByLength(sizes, order, lengths, batchSize);
  return {
    perEpoch: groupsOf(rows.map((_, index) => index)).length,
    *epoch(epoch) {
      const order = createRandom(seed, 'epoch', epoch).permutation(rows.length);
      for (const { indices, length } of groupsOf([...order])) {
        yield assembleRows(
          indices.map((index) => rows[index]!),
          length,
        );
      }
    },
  };
}

interface Group {
  readonly indices: readonly number[];
  readonly length: number;
}

/** Full batches of one length each, as they fill up; what is left over is put together, longest rows first. */
function groupByLength(
  sizes: readonly number[],
  order: readonly number[],
  lengths: readonly number[],
  batchSize: number,
): Group[] {
  const groups: Group[] = [];
  const open = new Map<number, number[]>(lengths.map((length) => [length, []]));
  const lengthFor = (index: number) => lengths.find((length) => sizes[index]! <= length)!;
  for (const index of order) {
    const length = lengthFor(index);
    const waiting = open.get(length)!;
    waiting.push(index);
    if (waiting.length === batchSize) groups.push({ indices: waiting.splice(0), length });
  }
  const rest = [...lengths].reverse().flatMap((length) => open.get(length)!);
  for (let start = 0; start < rest.length; start += batchSize) {
    const indices = rest.slice(start, start + batchSize);
    groups.push({ indices, length: lengthFor(indices[0]!) });
  }
  return groups;
}

/** Fills a batch of the full size, padding rows and whole missing rows with tokens that are never supervised. */
function assemble(
  rows: readonly (readonly Example[])[],
  length: number,
  { batchSize, packed, padId }: ExampleBatchOptions,
): Batch {
  const shape = [batchSize, length];
  const ids = new Int32Array(batchSize * length).fill(padId);
  const targets = new Int32Array(batchSize * length).fill(ignoredLabel);
  const positions = new Int32Array(batchSize * length);
  const segments = new Int32Array(batchSize * length);
  let tokens = 0;
  let count = 0;
  rows.forEach((row, index) => {
    let at = index * length;
    row.forEach((example, segment) => {
      ids.set(example.ids, at);
      targets.set(example.targets, at);
      for (let position = 0; position < example.ids.length; position++) {
        positions[at + position] = position;
        // 0 is left to the padding.
        segments[at + position] = segment + 1;
        if (example.targets[position] !== ignoredLabel) count++;
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
    count,
    lengths: rows.map((row) => row.reduce((total, { ids }) => total + ids.length, 0)),
  };
}
