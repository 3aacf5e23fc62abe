/** Look-ups by index, and their opposites. */
import type { GraphBuilder, Sym } from '../graph-builder.js';
import { int, text } from '../graph-builder.js';
import { sizeOf } from '../host-tensor.js';
import { castTo } from './arithmetic.js';
import { input, type KernelTable, kernel } from './kernel.js';
import { reshaped } from './reshape.js';
import { scalarDtype, transposed } from './shape.js';

/** Slices of `x` along `axis`; the first `batchDims` axes of `x` and `indices` go together. */
const gather = kernel<{ axis: number; batchDims?: number }>((b, inputs, attributes) => {
  const x = input(inputs, 'x');
  const indices = castTo(b, input(inputs, 'indices'), 'int32');
  const axis = attributes.axis < 0 ? attributes.axis + x.shape.length : attributes.axis;
  const given = attributes.batchDims ?? 0;
  const batchDims = given < 0 ? given + indices.shape.length : given;
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
  if (batchDims === 0) return b.node('Gather', [x, indices], { dtype: x.dtype, shape }, { axis: int(axis) });

  const batch = sizeOf(x.shape.slice(0, batchDims));
  const outer = sizeOf(x.shape.slice(batchDims, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const length = x.shape[axis]!;
  const count = sizeOf(indices.shape.slice(batchDims));
  const rows = reshaped(b, transposed(b, reshaped(b, x, [batch, outer, length, inner]), [0, 2, 1, 3]), [
    batch,
    length,
    outer * inner,
  ]);
  const at = castTo(b, reshaped(b, indices, [batch, count, 1]), 'int64');
  const result = { dtype: x.dtype, shape: [batch, count, outer * inner] };
  const found = b.node('GatherND', [rows, at], result, { batch_dims: int(1) });
  return reshaped(b, transposed(b, reshaped(b, found, [batch, count, outer, inner]), [0, 2, 1, 3]), shape);
});

const gatherNd = kernel((b, inputs) => {
  const x = input(inputs, 'params');
  const indices = castTo(b, input(inputs, 'indices'), 'int64');
  const depth = indices.shape.at(-1)!;
  const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
  return b.node('GatherND', [x, indices], { dtype: x.dtype, shape });
});

/**
 * Rows added into `segments` rows of zeros. ONNX Runtime's ScatterND races when an index comes twice and it has several
 * threads; its ScatterElements goes in order, so the sum is the same every time.
 */
function segmentSum(b: GraphBuilder, rows: Sym, ids: Sym, segments: number): Sym {
  const width = sizeOf(rows.shape) / Math.max(1, ids.shape[0]!);
  const shape = [segments, width];
  const flat = reshaped(b, rows, [ids.shape[0]!, width]);
  const zeros = b.scalar(0, scalarDtype(rows.dtype), shape);
  if (sizeOf(flat.shape) === 0) return zeros;
  const at = { ...reshaped(b, ids, [ids.shape[0]!, 1]), shape: flat.shape };
  const attributes = { axis: int(0), reduction: text('add') };
  return b.node('ScatterElements', [zeros, at, flat], { dtype: rows.dtype, shape }, attributes);
}

const unsortedSegmentSum = kernel<{ numSegments: number }>((b, inputs, { numSegments }) => {
  const x = input(inputs, 'x');
  const ids = castTo(b, input(inputs, 'segmentIds'), 'int32');
  const sum = segmentSum(b, x, reshaped(b, ids, [sizeOf(ids.shape)]), numSegments);
  return reshaped(b, sum, [numSegments, ...x.shape.slice(ids.shape.length)]);
});

/** Indices of several axes as one index into the flattened axes. */
function flatIndices(b: GraphBuilder, indices: Sym, lengths: readonly number[]): Sym {
  const depth = lengths.length;
  if (sizeOf(lengths) > 2 ** 31) throw new Error(`Places in [${lengths.join(', ')}] overflow int32.`);
  const rows = sizeOf(indices.shape.slice(0, -1));
  const strides = Int32Array.from(lengths, (_, axis) => sizeOf(lengths.slice(axis + 1)));
  const scaled = b.elementwise('Mul', [indices, b.constant('int32', [depth], strides)], 'int32');
  const axes = b.int64([indices.shape.length - 1]);
  const flat = b.node(
    'ReduceSum',
    [scaled, axes],
    { dtype: 'int32', shape: indices.shape.slice(0, -1) },
    { keepdims: int(0) },
  );
  return reshaped(b, flat, [rows]);
}

const scatterNd = kernel<{ shape: readonly number[] }>((b, inputs, { shape }) => {
  const indices = castTo(b, input(inputs, 'indices'), 'int32');
  const updates = input(inputs, 'updates');
  const depth = indices.shape.at(-1)!;
  const ids = flatIndices(b, indices, shape.slice(0, depth));
  return reshaped(b, segmentSum(b, updates, ids, sizeOf(shape.slice(0, depth))), shape);
});

const tensorScatterUpdate = kernel((b, inputs) => {
  const x = input(inputs, 'tensor');
  const indices = castTo(b, input(inputs, 'indices'), 'int64');
  return b.node('ScatterND', [x, indices, input(inputs, 'updates')], x);
});

export const indexingKernels: KernelTable = {
  GatherNd: gatherNd,
  GatherV2: gather,
  ScatterNd: scatterNd,
  TensorScatterUpdate: tensorScatterUpdate,
  UnsortedSegmentSum: unsortedSegmentSum,
};
