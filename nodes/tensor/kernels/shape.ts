/** Kernels that move elements, and that make tensors of nothing. */
import { padShape, sameShape } from '../broadcast.js';
import type { Dtype } from '../graph.js';
import { type GraphBuilder, int, ints, isFill, type Sym, stored, text } from '../graph-builder.js';
import { sizeOf } from '../host-tensor.js';
import { tf } from '../tf.js';
import { input, type KernelTable, kernel } from './kernel.js';
import { axesOf } from './reduce.js';
import { reshaped, reshapeStored } from './reshape.js';

/** Permutes axes. Two permutations in a row become one; one that moves only lengths of 1 is a reshape. */
export function transposed(b: GraphBuilder, x: Sym, perm: readonly number[]): Sym {
  if (perm.every((axis, i) => axis === i)) return x;
  const shape = perm.map((axis) => x.shape[axis]!);
  const own = padShape(x.stored, x.shape.length);
  const permuted = perm.map((axis) => own[axis]!);
  const moved = perm.filter((axis) => own[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) {
    return { ...reshapeStored(b, stored(x), permuted), shape };
  }
  const base = reshapeStored(b, stored(x), own);
  const producer = b.producerOf(base);
  const earlier = producer?.op === 'Transpose' ? producer.attributes.perm : undefined;
  if (producer && earlier?.type === 'ints') {
    const combined = perm.map((axis) => earlier.value[axis]!);
    return { ...transposed(b, b.symOf(producer.inputs[0]!), combined), shape };
  }
  return { ...b.node('Transpose', [base], { dtype: x.dtype, shape: permuted }, { perm: ints(perm) }), shape };
}

/** Elements from `begin` on, `size` of them, along each axis. */
export function sliced(b: GraphBuilder, x: Sym, begin: readonly number[], size: readonly number[]): Sym {
  if (sameShape(x.shape, size)) return x;
  if (isFill(x)) return { ...reshapeStored(b, stored(x), []), shape: size };
  const axes = begin.map((_, axis) => axis).filter((axis) => size[axis] !== x.shape[axis]);
  const starts = axes.map((axis) => begin[axis]!);
  const ends = axes.map((axis) => begin[axis]! + size[axis]!);
  return b.node('Slice', [x, b.int64(starts), b.int64(ends), b.int64(axes)], { dtype: x.dtype, shape: size });
}

const slice = kernel<{ begin: number | readonly number[]; size?: number | readonly number[] }>(
  (b, inputs, attributes) => {
    const x = input(inputs, 'x');
    const rank = x.shape.length;
    const list = (given: number | readonly number[], rest: number) =>
      Array.from({ length: rank }, (_, axis) =>
        typeof given === 'number' ? (axis === 0 ? given : rest) : (given[axis] ?? rest),
      );
    const begin = list(attributes.begin, 0);
    const size = list(attributes.size ?? -1, -1).map((length, axis) =>
      length < 0 ? x.shape[axis]! - begin[axis]! : length,
    );
    return sliced(b, x, begin, size);
  },
);

interface StridedSliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

const stridedSlice = kernel<StridedSliceAttributes>((b, inputs, a) => {
  const x = input(inputs, 'x');
  const plan = tf.slice_util.sliceInfo(
    [...x.shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
  if (plan.isIdentity) return reshaped(b, x, plan.finalShape);
  const axes = plan.begin.map((_, axis) => axis);
  // A backward slice that reaches index 0 ends at −1, which ONNX would count from the end.
  const ends = plan.end.map((end, axis) => (end < 0 && plan.strides[axis]! < 0 ? -x.shape[axis]! - 1 : end));
  const shape = tf.slice_util.computeOutShape(plan.begin, plan.end, plan.strides);
  const bounds = [plan.begin, ends, axes, plan.strides].map((numbers) => b.int64(numbers));
  return reshaped(b, b.node('Slice', [x, ...bounds], { dtype: x.dtype, shape }), plan.finalShape);
});

const splitV = kernel<{ numOrSizeSplits: number | number[]; axis: number }>((b, inputs, { numOrSizeSplits, axis }) => {
  const x = input(inputs, 'x');
  const along = axis < 0 ? axis + x.shape.length : axis;
  const lengths =
    typeof numOrSizeSplits === 'number'
      ? new Array<number>(numOrSizeSplits).fill(x.shape[along]! / numOrSizeSplits)
      : fillIn(numOrSizeSplits, x.shape[along]!);
  const shapes = lengths.map((length) => x.shape.map((own, i) => (i === along ? length : own)));
  if (isFill(x)) return shapes.map((shape) => ({ ...reshapeStored(b, stored(x), []), shape }));
  const results = shapes.map((shape) => ({ dtype: x.dtype, shape }));
  return b.multi('Split', [x, b.int64(lengths)], results, { axis: int(along) });
});

/** One length may be −1: what is left. */
function fillIn(lengths: readonly number[], total: number): number[] {
  const known = lengths.reduce((sum, length) => sum + Math.max(length, 0), 0);
  return lengths.map((length) => (length < 0 ? total - known : length));
}

export function concatenated(b: GraphBuilder, parts: readonly Sym[], axis: number): Sym {
  const first = parts[0]!;
  const along = axis < 0 ? axis + first.shape.length : axis;
  const filled = parts.filter((part) => sizeOf(part.shape) > 0);
  if (filled.length === 1) return filled[0]!;
  const shape = first.shape.map((own, i) => (i === along ? parts.reduce((sum, p) => sum + p.shape[along]!, 0) : own));
  if (filled.length === 0) return b.full(b.scalar(0, scalarDtype(first.dtype), shape));
  return b.node('Concat', filled, { dtype: first.dtype, shape }, { axis: int(along) });
}

const pack = kernel<{ axis: number }>((b, inputs, { axis }) => {
  const parts = Object.values(inputs);
  const rank = parts[0]!.shape.length + 1;
  const along = axis < 0 ? axis + rank : axis;
  return concatenated(
    b,
    parts.map((part) => reshaped(b, part, part.shape.toSpliced(along, 0, 1))),
    along,
  );
});

const unpack = kernel<{ axis: number }>((b, inputs, { axis }) => {
  const x = input(inputs, 'value');
  const along = axis < 0 ? axis + x.shape.length : axis;
  const size = x.shape.with(along, 1);
  return Array.from({ length: x.shape[along]! }, (_, i) => {
    const begin = x.shape.map((_, own) => (own === along ? i : 0));
    return reshaped(b, sliced(b, x, begin, size), x.shape.toSpliced(along, 1));
  });
});

type Paddings = readonly (readonly [number, number])[];

const padV2 = kernel<{ paddings: Paddings; constantValue: number }>((b, inputs, { paddings, constantValue }) => {
  const x = input(inputs, 'x');
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const value = b.scalar(constantValue, scalarDtype(x.dtype));
  return b.node('Pad', [x, b.int64(padsOf(paddings)), value], { dtype: x.dtype, shape: paddedShape(x, paddings) });
});

const mirrorPad = kernel<{ paddings: Paddings; mode: 'reflect' | 'symmetric' }>((b, inputs, { paddings, mode }) => {
  if (mode !== 'reflect') throw new Error("MirrorPad: ONNX has the mode 'reflect' only.");
  const x = input(inputs, 'x');
  const result = { dtype: x.dtype, shape: paddedShape(x, paddings) };
  return b.node('Pad', [x, b.int64(padsOf(paddings))], result, { mode: text('reflect') });
});

const padsOf = (paddings: Paddings) => [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
const paddedShape = (x: Sym, paddings: Paddings) =>
  x.shape.map((length, axis) => length + paddings[axis]![0] + paddings[axis]![1]);

/** A repeat along an axis of length 1 is a broadcast, which costs nothing until an operator insists. */
const tile = kernel<{ reps: readonly number[] }>((b, inputs, { reps }) => {
  const x = input(inputs, 'x');
  const shape = x.shape.map((length, axis) => length * reps[axis]!);
  const own = padShape(x.stored, x.shape.length);
  if (reps.every((times, axis) => times === 1 || own[axis] === 1)) return { ...x, shape };
  return b.node('Tile', [x, b.int64(reps)], { dtype: x.dtype, shape });
});

const reverse = kernel<{ dims: number | readonly number[] }>((b, inputs, { dims }) => {
  const x = input(inputs, 'x');
  const axes = axesOf(dims, x.shape.length).filter((axis) => x.shape[axis]! > 1);
  if (axes.length === 0 || isFill(x)) return x;
  const bounds = [axes.map(() => -1), axes.map((axis) => -x.shape[axis]! - 1), axes, axes.map(() => -1)];
  return b.node('Slice', [x, ...bounds.map((numbers) => b.int64(numbers))], x);
});

const fill = kernel<{ shape: readonly number[]; value: number; dtype?: string }>((b, _, { shape, value, dtype }) =>
  b.scalar(Number(value), dtype === 'int32' || dtype === 'bool' ? dtype : 'float32', shape),
);

const range = kernel<{ start: number; stop: number; step: number; dtype?: string }>((b, _, attributes) => {
  const { start, stop, step, dtype } = attributes;
  const count = Math.max(0, Math.ceil((stop - start) / step));
  const values = Array.from({ length: count }, (_, i) => start + i * step);
  if (dtype === 'int32') return b.constant('int32', [count], Int32Array.from(values));
  return b.constant('float32', [count], Float32Array.from(values));
});

const linSpace = kernel<{ start: number; stop: number; num: number }>((b, _, { start, stop, num }) => {
  const step = num > 1 ? (stop - start) / (num - 1) : 0;
  return b.constant(
    'float32',
    [num],
    Float32Array.from({ length: num }, (_, i) => start + i * step),
  );
});

export function scalarDtype(dtype: Dtype): Exclude<Dtype, 'int64'> {
  if (dtype === 'int64') throw new Error('No tensor of TensorFlow.js is int64.');
  return dtype;
}

export const shapeKernels: KernelTable = {
  Concat: kernel<{ axis: number }>((b, inputs, { axis }) => concatenated(b, Object.values(inputs), axis)),
  ExpandDims: kernel<{ dim: number }>((b, inputs, { dim }) => {
    const x = input(inputs, 'input');
    return reshaped(b, x, x.shape.toSpliced(dim < 0 ? dim + x.shape.length + 1 : dim, 0, 1));
  }),
  Fill: fill,
  LinSpace: linSpace,
  MirrorPad: mirrorPad,
  OnesLike: kernel((b, inputs) => like(b, input(inputs, 'x'), 1)),
  Pack: pack,
  PadV2: padV2,
  Range: range,
  Reshape: kernel<{ shape: number[] }>((b, inputs, { shape }) => {
    const x = input(inputs, 'x');
    return reshaped(b, x, tf.util.inferFromImplicitShape(shape, sizeOf(x.shape)));
  }),
  Reverse: reverse,
  Slice: slice,
  SplitV: splitV,
  StridedSlice: stridedSlice,
  Tile: tile,
  Transpose: kernel<{ perm: readonly number[] }>((b, inputs, { perm }) => transposed(b, input(inputs, 'x'), perm)),
  Unpack: unpack,
  ZerosLike: kernel((b, inputs) => like(b, input(inputs, 'x'), 0)),
};

const like = (b: GraphBuilder, x: Sym, value: number) => b.scalar(value, scalarDtype(x.dtype), x.shape);
