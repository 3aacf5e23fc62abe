/** Reductions, and orders along axes. */
import { padShape, sameShape } from '../broadcast.js';
import { type GraphBuilder, int, type Sym, stored } from '../graph-builder.js';
import { sizeOf } from '../host-tensor.js';
import { castTo, div, mul } from './arithmetic.js';
import { input, type Kernel, type KernelTable, kernel } from './kernel.js';
import { reshapeStored } from './reshape.js';

interface ReduceAttributes {
  readonly axis?: number | readonly number[];
  /** `Max` alone calls its axes so. */
  readonly reductionIndices?: number | readonly number[];
  readonly keepDims?: boolean;
}

type Combine = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd';

const reducer = (op: Combine, prepare: (b: GraphBuilder, x: Sym) => Sym = (_, x) => x): Kernel =>
  kernel<ReduceAttributes>((b, inputs, attributes) => {
    const x = prepare(b, input(inputs, 'x'));
    const axes = axesOf(attributes.reductionIndices ?? attributes.axis, x.shape.length);
    return reduce(b, op, x, axes, attributes.keepDims ?? false);
  });

/**
 * Reduces over the axes given. Along an axis on which the tensor is stored once, its elements are equal: they are not
 * read one by one.
 */
export function reduce(b: GraphBuilder, op: Combine, x: Sym, axes: readonly number[], keepDims: boolean): Sym {
  const shape = x.shape.flatMap((length, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [length]));
  if (axes.length === 0) return x;
  const own = padShape(x.stored, x.shape.length);
  const spread = axes.filter((axis) => own[axis] !== x.shape[axis]);
  const read = axes.filter((axis) => !spread.includes(axis));
  const repeats = sizeOf(spread.map((axis) => x.shape[axis]!));
  if (spread.length === 0 || repeats === 0 || op === 'ReduceProd' || (op === 'ReduceSum' && x.dtype !== 'float32')) {
    return reduceFull(b, op, x, axes, shape, keepDims);
  }
  const base = reshapeStored(b, stored(x), own);
  const rest = own.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const once = read.length === 0 ? base : reduceFull(b, op, base, read, rest, true);
  const total = op === 'ReduceSum' ? mul(b, once, b.scalar(repeats, 'float32')) : once;
  const kept = rest.filter((_, axis) => keepDims || !axes.includes(axis));
  return { ...reshapeStored(b, stored(total), kept), shape };
}

function reduceFull(
  b: GraphBuilder,
  op: Combine,
  x: Sym,
  axes: readonly number[],
  shape: readonly number[],
  keepDims: boolean,
) {
  const reduced = (name: string, operand: Sym) =>
    b.node(name, [operand, b.int64(axes)], { dtype: x.dtype, shape }, { keepdims: int(keepDims ? 1 : 0) });
  // A sum of all squares needs no tensor of squares. Those of rows do: ONNX Runtime sums rows several times faster.
  const whole = axes.length === x.shape.length && x.dtype === 'float32';
  const base = whole && (op === 'ReduceSum' || op === 'ReduceMean') ? squareRootOf(b, x) : undefined;
  if (!base) return reduced(op, x);
  const sum = reduced('ReduceSumSquare', base);
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  return op === 'ReduceSum' ? sum : div(b, sum, b.scalar(count, 'float32'));
}

/** y, where the tensor is y · y and stored in full. */
function squareRootOf(b: GraphBuilder, x: Sym): Sym | undefined {
  const producer = b.producerOf(x);
  if (producer?.op !== 'Mul' || producer.inputs[0] !== producer.inputs[1]) return undefined;
  const base = b.symOf(producer.inputs[0]!);
  return sameShape(base.shape, x.shape) ? base : undefined;
}

export function axesOf(axis: number | readonly number[] | undefined | null, rank: number): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  return (typeof axis === 'number' ? [axis] : [...axis]).map((a) => (a < 0 ? a + rank : a)).sort((p, q) => p - q);
}

/** All and Any are Min and Max of 0 and 1. */
const quantifier = (op: 'ReduceMin' | 'ReduceMax'): Kernel =>
  kernel<ReduceAttributes>((b, inputs, { axis, keepDims }) => {
    const x = castTo(b, castTo(b, input(inputs, 'x'), 'bool'), 'int32');
    return castTo(b, reduce(b, op, x, axesOf(axis, x.shape.length), keepDims ?? false), 'bool');
  });

const argument = (op: 'ArgMax' | 'ArgMin'): Kernel =>
  kernel<{ axis?: number }>((b, inputs, attributes) => {
    const x = input(inputs, 'x');
    const axis = axesOf(attributes.axis ?? 0, x.shape.length)[0]!;
    const shape = x.shape.filter((_, i) => i !== axis);
    return castTo(b, b.node(op, [x], { dtype: 'int64', shape }, { axis: int(axis), keepdims: int(0) }), 'int32');
  });

/** The largest k along the last axis: values, and where they stood. */
const topK = kernel<{ k: number; sorted: boolean }>((b, inputs, { k }) => {
  const x = input(inputs, 'x');
  const shape = [...x.shape.slice(0, -1), k];
  const [values, indices] = b.multi(
    'TopK',
    [x, b.int64([k])],
    [
      { dtype: x.dtype, shape },
      { dtype: 'int64', shape },
    ],
    // TensorFlow.js gives the same order whether asked to sort or not.
    { axis: int(-1), largest: int(1), sorted: int(1) },
  );
  return [values!, castTo(b, indices!, 'int32')];
});

const mean = kernel<ReduceAttributes>((b, inputs, { axis, keepDims }) => {
  const x = castTo(b, input(inputs, 'x'), 'float32');
  return reduce(b, 'ReduceMean', x, axesOf(axis, x.shape.length), keepDims ?? false);
});

export const reduceKernels: KernelTable = {
  All: quantifier('ReduceMin'),
  Any: quantifier('ReduceMax'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Max: reducer('ReduceMax'),
  Mean: mean,
  Min: reducer('ReduceMin'),
  Prod: reducer('ReduceProd'),
  Sum: reducer('ReduceSum', (b, x) => (x.dtype === 'bool' ? castTo(b, x, 'int32') : x)),
  TopK: topK,
};
