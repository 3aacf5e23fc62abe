/** For every kernel of the compiler: a function that reaches it, and the arguments to try it on. */
import type { Tensor } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tf } from '../../../nodes/tensor/tf.js';
import type { Argument, TensorFunction } from './compare-devices.js';

export interface KernelCase {
  readonly run: TensorFunction;
  readonly args: fc.Arbitrary<readonly Argument[]>;
  /** Whether TensorFlow.js has a gradient to compare. */
  readonly gradient: boolean;
  /** Above 1e-5 only where the function itself is ill-conditioned in float32. */
  readonly tolerance?: number;
  /** Why TensorFlow.js' gradient is not the slope of the function. */
  readonly notSlope?: string;
}

type Range = readonly [number, number];
type Shape = readonly number[];

const lengths = fc.integer({ min: 1, max: 4 });
const lengthsOrZero = fc.oneof({ weight: 9, arbitrary: lengths }, { weight: 1, arbitrary: fc.constant(0) });
/** With more than four axes, none is longer than 2. */
const narrow = (shape: Shape): Shape => (shape.length > 4 ? shape.map((length) => Math.min(length, 2)) : shape);
const shapes = (minLength = 0, maxLength = 6): fc.Arbitrary<Shape> =>
  fc.array(lengths, { minLength, maxLength, size: 'max' }).map(narrow);
const shapesOrEmpty = (minLength = 0, maxLength = 6): fc.Arbitrary<Shape> =>
  fc.array(lengthsOrZero, { minLength, maxLength, size: 'max' }).map(narrow);

const floatOf = (shape: Shape, range: Range = [-2, 2]): Argument => ({ dtype: 'float32', shape, range });
const intOf = (shape: Shape, range: Range = [-5, 5]): Argument => ({ dtype: 'int32', shape, range });
const boolOf = (shape: Shape): Argument => ({ dtype: 'bool', shape, range: [0, 1] });

const one = (range?: Range) => shapesOrEmpty().map((shape) => [floatOf(shape, range)]);
const oneInt = (range?: Range) => shapesOrEmpty().map((shape) => [intOf(shape, range)]);

/**
 * Two shapes that broadcast: axes dropped in front or shortened to 1. An axis of length 1 may stretch to 0, which the
 * gradients of TensorFlow.js do not undo.
 */
const broadcastPairs = (toNothing: boolean, maxRank = 6) =>
  shapesOrEmpty(0, maxRank).chain((shape) =>
    fc
      .tuple(
        fc.constant(shape),
        fc.nat(shape.length),
        fc.array(fc.boolean(), { minLength: maxRank, maxLength: maxRank }),
        fc.boolean(),
      )
      .map(([full, drop, ones, swap]): readonly [Shape, Shape] => {
        const shortened = (length: number, axis: number) => (ones[axis] && (length > 0 || toNothing) ? 1 : length);
        const small = full.map(shortened).slice(full.includes(0) && !toNothing ? 0 : drop);
        return swap ? [small, full] : [full, small];
      }),
  );
const two = (a?: Range, b?: Range) => broadcastPairs(false).map(([p, q]) => [floatOf(p, a), floatOf(q, b)]);
const twoInts = (a?: Range, b?: Range) => broadcastPairs(true).map(([p, q]) => [intOf(p, a), intOf(q, b)]);
const twoBools = broadcastPairs(true).map(([p, q]) => [boolOf(p), boolOf(q)]);

/** Where the gradients of TensorFlow.js do not undo a broadcast. */
const twins = shapesOrEmpty().map((shape) => [floatOf(shape), floatOf(shape)]);

const smooth = (run: TensorFunction, args: fc.Arbitrary<readonly Argument[]>, tolerance?: number): KernelCase => ({
  run,
  args,
  gradient: true,
  ...(tolerance && { tolerance }),
});
const flat = (run: TensorFunction, args: fc.Arbitrary<readonly Argument[]>): KernelCase => ({
  run,
  args,
  gradient: false,
});

/** Where elements are only moved: other types than float32, with lengths of 0. */
const moved = (run: TensorFunction, ranks: fc.Arbitrary<Shape>): KernelCase[] =>
  [intOf, boolOf].map((typed) =>
    flat(
      run,
      ranks.map((shape) => [typed(shape)]),
    ),
  );

/** Functions over axes: the axes are chosen by the shape, so that one function serves all. */
const axesOf = (x: Tensor) => x.shape.map((_, axis) => axis).filter((axis) => (axis + x.size) % 2 === 0);
const lastAxis = (x: Tensor) => x.rank - 1;

const reduction =
  (reduce: (x: Tensor, axes: number[], keep: boolean) => Tensor): TensorFunction =>
  (x) => {
    const each = x!;
    return [
      reduce(each, axesOf(each), true),
      reduce(each, axesOf(each), false),
      reduce(
        each,
        each.shape.map((_, i) => i),
        false,
      ),
    ];
  };
/** Also reduces what is stored once and read as if spread out. */
const reductionOfSpread =
  (reduce: (x: Tensor, axes: number[], keep: boolean) => Tensor): TensorFunction =>
  (x) => {
    const spread = tf.broadcastTo(tf.expandDims(x!, -1), [...x!.shape, 3]);
    return [
      reduce(spread, axesOf(spread), true),
      reduce(spread, [lastAxis(spread)], false),
      reduce(
        spread,
        spread.shape.map((_, i) => i),
        false,
      ),
    ];
  };

/** `[…batch, rows, inner]` and `[…batch, inner, columns]`; where told so, one of them has a batch of 1. */
const matricesOf = (batched: fc.Arbitrary<'both' | 'left' | 'right'>) =>
  fc
    .tuple(shapes(0, 2), lengths, lengthsOrZero, lengths, batched)
    .map(([batch, rows, inner, columns, which]) => [
      floatOf([...(which === 'right' ? batch.map(() => 1) : batch), rows, inner]),
      floatOf([...(which === 'left' ? batch.map(() => 1) : batch), inner, columns]),
    ]);
const matrices = matricesOf(fc.constant('both'));
// TensorFlow.js has no gradient of a product that broadcasts its batch.
const broadcastMatrices = matricesOf(fc.constantFrom('left', 'right'));
const swapLast = (x: Tensor) =>
  tf.transpose(
    x,
    [...x.shape.keys()].map((axis) => (axis < x.rank - 2 ? axis : 2 * x.rank - 3 - axis)),
  );

export const kernelCases: Readonly<Record<string, readonly KernelCase[]>> = {
  Abs: [smooth((x) => tf.abs(x!), one()), flat((x) => tf.abs(x!), oneInt())],
  Acos: [smooth((x) => tf.acos(x!), one([-0.9, 0.9]))],
  Acosh: [smooth((x) => tf.acosh(x!), one([1.2, 4]))],
  Add: [
    smooth((a, b) => tf.add(a!, b!), two()),
    flat((a, b) => tf.add(a!, b!), twoInts()),
    smooth((a) => tf.add(a!, 0), one()),
  ],
  AddN: [
    smooth(
      (a, b, c) => tf.addN([a!, b!, c!]),
      shapesOrEmpty().map((s) => [floatOf(s), floatOf(s), floatOf(s)]),
    ),
  ],
  All: [
    flat(
      reduction((x, axes, keep) => tf.all(x, axes, keep)),
      shapes().map((s) => [boolOf(s)]),
    ),
  ],
  Any: [
    flat(
      reduction((x, axes, keep) => tf.any(x, axes, keep)),
      shapes().map((s) => [boolOf(s)]),
    ),
  ],
  ArgMax: [
    flat(
      (x) => x!.shape.map((_, axis) => tf.argMax(x!, axis)),
      shapes(1).map((s) => [floatOf(s)]),
    ),
  ],
  ArgMin: [
    flat(
      (x) => x!.shape.map((_, axis) => tf.argMin(x!, axis)),
      shapes(1).map((s) => [floatOf(s)]),
    ),
  ],
  Asin: [smooth((x) => tf.asin(x!), one([-0.9, 0.9]))],
  Asinh: [smooth((x) => tf.asinh(x!), one())],
  Atan: [smooth((x) => tf.atan(x!), one())],
  Atanh: [smooth((x) => tf.atanh(x!), one([-0.9, 0.9]))],
  BatchMatMul: [
    smooth((a, b) => tf.matMul(a!, b!), matrices),
    smooth((a, b) => tf.matMul(swapLast(a!), b!, true), matrices),
    smooth((a, b) => tf.matMul(a!, swapLast(b!), false, true), matrices),
    smooth((a, b) => tf.matMul(b!, a!, true, true), matrices),
    smooth((a, b) => tf.matMul(a!, swapLast(tf.mul(swapLast(b!), 2))), matrices),
    flat((a, b) => [tf.matMul(a!, b!), tf.matMul(swapLast(a!), b!, true)], broadcastMatrices),
    flat((a, b) => tf.matMul(a!, b!, true), fc.constant([floatOf([3, 2049]), floatOf([3, 2])])),
    flat((a, b) => [tf.matMul(a!, swapLast(b!), false, true), tf.matMul(b!, a!, true, true)], broadcastMatrices),
  ],
  Cast: [
    smooth((x) => tf.cast(x!, 'float32'), one()),
    flat((x) => [tf.cast(x!, 'int32'), tf.cast(x!, 'bool'), tf.cast(x!, 'float32')], one([-3, 3])),
    flat((x) => [tf.cast(x!, 'float32'), tf.cast(x!, 'bool')], oneInt([-1, 1])),
    flat(
      (x) => [tf.cast(x!, 'float32'), tf.cast(x!, 'int32')],
      shapesOrEmpty().map((s) => [boolOf(s)]),
    ),
  ],
  Ceil: [smooth((x) => tf.ceil(x!), one())],
  ClipByValue: [smooth((x) => tf.clipByValue(x!, -1, 0.5), one())],
  Concat: [
    smooth(
      (a, b, c) => tf.concat([a!, b!, c!], 0),
      fc
        .tuple(shapesOrEmpty(0, 3), lengths, lengths)
        .map(([s, p, q]) => [floatOf([p, ...s]), floatOf([q, ...s]), floatOf([0, ...s])]),
    ),
    smooth(
      (a, b) => tf.concat([a!, b!], -1),
      shapes(1).map((s) => [floatOf(s), floatOf(s)]),
    ),
    ...moved((x) => [tf.concat([x!, x!], 0), tf.concat([x!, x!, x!], -1)], shapesOrEmpty(1)),
  ],
  Cos: [smooth((x) => tf.cos(x!), one())],
  Cosh: [smooth((x) => tf.cosh(x!), one())],
  Cumsum: [
    // TensorFlow.js' gradient is right along the last axis only.
    smooth(
      (x) => [tf.cumsum(x!, lastAxis(x!)), tf.cumsum(x!, lastAxis(x!), true), tf.cumsum(x!, lastAxis(x!), false, true)],
      shapes(1).map((s) => [floatOf(s)]),
    ),
    flat(
      (x) => x!.shape.map((_, axis) => tf.cumsum(x!, axis, axis % 2 === 1, x!.size % 2 === 0)),
      shapes(1).map((s) => [floatOf(s)]),
    ),
    flat(
      (x) => tf.cumsum(x!, 0),
      shapes(1).map((s) => [intOf(s)]),
    ),
  ],
  Cumprod: [
    flat(
      (x) => x!.shape.map((_, axis) => tf.cumprod(x!, axis, axis % 2 === 1, x!.size % 2 === 0)),
      shapesOrEmpty(1).map((s) => [floatOf(s)]),
    ),
  ],
  Elu: [smooth((x) => tf.elu(x!), one())],
  EluGrad: [flat((x) => tf.grad((v: Tensor) => tf.elu(v))(x!), one())],
  Equal: [
    flat((a, b) => tf.equal(a!, b!), twoInts([-1, 1])),
    flat((a, b) => tf.equal(a!, b!), twoBools),
    flat((a) => tf.equal(a!, a!), one()),
  ],
  Erf: [smooth((x) => tf.erf(x!), one(), 2e-5)],
  Exp: [smooth((x) => tf.exp(x!), one())],
  ExpandDims: [
    smooth(
      (x) => [tf.expandDims(x!, 0), tf.expandDims(x!, -1)],
      shapesOrEmpty(0, 5).map((s) => [floatOf(s)]),
    ),
    ...moved((x) => tf.expandDims(x!, 1), shapesOrEmpty(1, 5)),
  ],
  Expm1: [smooth((x) => tf.expm1(x!), one()), smooth((x) => tf.mul(tf.expm1(tf.mul(x!, 1e-6)), 1e6), one())],
  Fill: [
    flat(
      () => [tf.fill([2, 3], 1.5), tf.fill([], 7, 'int32'), tf.fill([2], 1, 'bool'), tf.fill([0, 2], 1)],
      fc.constant([]),
    ),
    smooth((x) => tf.mul(x!, tf.fill(x!.shape, 0.5)), one()),
  ],
  Floor: [smooth((x) => tf.floor(x!), one())],
  FloorDiv: [
    flat((a, b) => tf.floorDiv(a!, b!), twoInts([-9, 9], [1, 4])),
    flat((a, b) => tf.floorDiv(a!, tf.neg(b!)), twoInts([-9, 9], [1, 4])),
    flat((a, b) => tf.floorDiv(a!, b!), two([-9, 9], [1, 4])),
  ],
  GatherNd: [
    flat(
      (x, i) => tf.gatherND(x!, i!),
      lengths.map((n) => [floatOf([3]), intOf([n, 1], [0, 2])]),
    ),
    flat(
      (x, i) => tf.gatherND(x!, i!),
      fc.tuple(shapes(0, 2), lengths).map(([rest, n]) => [floatOf([3, 4, ...rest]), intOf([n, 2], [0, 2])]),
    ),
  ],
  GatherV2: [
    smooth(
      (x, i) => tf.gather(x!, i!),
      fc.tuple(shapes(0, 3), shapesOrEmpty(0, 2)).map(([s, n]) => [floatOf([5, ...s]), intOf(n, [0, 4])]),
    ),
    smooth(
      (x, i) => tf.gather(x!, i!, 1),
      fc.tuple(lengths, shapes(0, 2), shapes(0, 1)).map(([p, s, n]) => [floatOf([p, 3, ...s]), intOf(n, [0, 2])]),
    ),
    smooth(
      (x, i) => tf.gather(x!, i!, 1, 1),
      fc.tuple(lengths, shapes(0, 1), lengths).map(([p, s, n]) => [floatOf([p, 3, ...s]), intOf([p, n], [0, 2])]),
    ),
    flat(
      (x, i) => tf.gather(x!, i!, 2, 1),
      fc.tuple(lengths, shapes(0, 1), lengths).map(([p, s, n]) => [floatOf([p, 2, 3, ...s]), intOf([p, n], [0, 2])]),
    ),
    ...moved(
      (x) => tf.gather(x!, tf.tensor1d([1, 0, 1], 'int32')),
      shapesOrEmpty(0, 5).map((s) => [2, ...s]),
    ),
  ],
  Greater: [flat((a, b) => tf.greater(a!, b!), two()), flat((a, b) => tf.greater(a!, b!), twoInts([-1, 1]))],
  GreaterEqual: [
    flat((a, b) => tf.greaterEqual(a!, b!), twoInts([-1, 1])),
    flat((a, b) => tf.greaterEqual(a!, b!), twoBools),
  ],
  Identity: [smooth((x) => tf.clone(x!), one()), ...moved((x) => tf.clone(x!), shapesOrEmpty())],
  IsFinite: [flat((x) => tf.isFinite(tf.div(x!, tf.floor(tf.abs(x!)))), one())],
  IsInf: [flat((x) => tf.isInf(tf.div(x!, tf.floor(tf.abs(x!)))), one())],
  IsNan: [flat((x) => tf.isNaN(tf.sqrt(x!)), one())],
  LeakyRelu: [smooth((x) => tf.leakyRelu(x!, 0.1), one())],
  Less: [flat((a, b) => tf.less(a!, b!), two()), flat((a, b) => tf.less(a!, b!), twoInts([-1, 1]))],
  LessEqual: [flat((a, b) => tf.lessEqual(a!, b!), twoInts([-1, 1])), flat((a, b) => tf.lessEqual(a!, b!), two())],
  LinSpace: [flat(() => [tf.linspace(0, 1, 5), tf.linspace(3, -3, 4)], fc.constant([]))],
  Log: [smooth((x) => tf.log(x!), one([0.1, 4]))],
  Log1p: [smooth((x) => tf.log1p(x!), one([-0.9, 4])), smooth((x) => tf.mul(tf.log1p(tf.mul(x!, 1e-6)), 1e6), one())],
  LogicalAnd: [flat((a, b) => tf.logicalAnd(a!, b!), twoBools)],
  LogicalNot: [
    flat(
      (x) => tf.logicalNot(x!),
      shapesOrEmpty().map((s) => [boolOf(s)]),
    ),
  ],
  LogicalOr: [flat((a, b) => tf.logicalOr(a!, b!), twoBools)],
  Max: [
    smooth(
      reduction((x, axes, keep) => tf.max(x, axes, keep)),
      shapes().map((s) => [floatOf(s)]),
    ),
    {
      ...smooth(
        reductionOfSpread((x, axes, keep) => tf.max(x, axes, keep)),
        shapes(0, 3).map((s) => [floatOf(s)]),
      ),
      notSlope: 'each of several equal greatest gets the whole gradient',
    },
  ],
  Maximum: [
    flat((a, b) => tf.maximum(a!, b!), two()),
    smooth((a, b) => tf.maximum(a!, b!), twins),
    flat((a, b) => tf.maximum(a!, b!), twoInts()),
  ],
  Mean: [
    smooth(
      reduction((x, axes, keep) => tf.mean(x, axes, keep)),
      shapes().map((s) => [floatOf(s)]),
    ),
    smooth(
      reductionOfSpread((x, axes, keep) => tf.mean(x, axes, keep)),
      shapes(0, 3).map((s) => [floatOf(s)]),
    ),
  ],
  Min: [
    smooth(
      reduction((x, axes, keep) => tf.min(x, axes, keep)),
      shapes().map((s) => [floatOf(s)]),
    ),
  ],
  Minimum: [
    flat((a, b) => tf.minimum(a!, b!), two()),
    smooth((a, b) => tf.minimum(a!, b!), twins),
    flat((a, b) => tf.minimum(a!, b!), twoInts()),
  ],
  MirrorPad: [
    flat((x) => tf.mirrorPad(x!, [[2, 1]], 'reflect'), fc.constant([floatOf([3])])),
    {
      ...smooth(
        (x) =>
          tf.mirrorPad(
            x!,
            [
              [1, 0],
              [2, 1],
            ],
            'reflect',
          ),
        fc.constant([floatOf([3, 4])]),
      ),
      notSlope: 'what is mirrored gets no gradient',
    },
  ],
  Mod: [
    smooth((a, b) => tf.mod(a!, b!), two([0.1, 2], [2.1, 3])),
    flat((a, b) => [tf.mod(a!, b!), tf.mod(a!, tf.neg(b!))], two([-9, 9], [2.1, 3])),
    flat((a, b) => [tf.mod(a!, b!), tf.mod(a!, tf.neg(b!))], twoInts([-9, 9], [1, 4])),
  ],
  Multiply: [
    smooth((a, b) => tf.mul(a!, b!), two()),
    flat((a, b) => tf.mul(a!, b!), twoInts()),
    smooth(
      (a) => [tf.mul(a!, 1), tf.mul(3, a!), tf.mul(a!, tf.ones([2, ...a!.shape]))],
      shapesOrEmpty(0, 5).map((s) => [floatOf(s)]),
    ),
  ],
  Neg: [smooth((x) => tf.neg(x!), one()), flat((x) => tf.neg(x!), oneInt())],
  NotEqual: [flat((a, b) => tf.notEqual(a!, b!), twoInts([-1, 1])), flat((a, b) => tf.notEqual(a!, b!), twoBools)],
  OneHot: [
    flat(
      (x) => [tf.oneHot(x!, 3), tf.oneHot(x!, 3, 2.5, -1), tf.oneHot(x!, 2, 1, 0, 'int32')],
      shapes(0, 3).map((s) => [intOf(s, [-2, 4])]),
    ),
  ],
  OnesLike: [flat((x) => tf.onesLike(x!), one()), flat((x) => tf.onesLike(x!), oneInt())],
  Pack: [
    smooth(
      (a, b) => [tf.stack([a!, b!]), tf.stack([a!, b!], a!.rank)],
      shapesOrEmpty(0, 3).map((s) => [floatOf(s), floatOf(s)]),
    ),
    ...moved((x) => tf.stack([x!, x!], 1), shapesOrEmpty(1, 5)),
  ],
  PadV2: [
    smooth(
      (x) =>
        tf.pad(
          x!,
          x!.shape.map((_, axis): [number, number] => [axis, 1]),
          0.5,
        ),
      shapes(1).map((s) => [floatOf(s)]),
    ),
    flat(
      (x) =>
        tf.pad(
          x!,
          x!.shape.map((): [number, number] => [0, 2]),
        ),
      shapes(1).map((s) => [intOf(s)]),
    ),
  ],
  Pow: [
    smooth((a, b) => tf.pow(a!, b!), two([0.5, 2])),
    smooth((x) => [2, 3, 0.5, -1, 1, 1.5].map((exponent) => tf.pow(x!, exponent)), one([0.5, 2])),
    flat((a, b) => tf.pow(a!, b!), twoInts([-3, 3], [0, 3])),
  ],
  Prod: [
    smooth(
      (x) => tf.prod(x!),
      shapes().map((s) => [floatOf(s, [0.5, 1.5])]),
      1e-4,
    ),
    flat(
      reduction((x, axes, keep) => tf.prod(x, axes, keep)),
      shapes().map((s) => [floatOf(s)]),
    ),
  ],
  Range: [flat(() => [tf.range(0, 5), tf.range(3, -3, -2), tf.range(1, 4, 1, 'int32')], fc.constant([]))],
  RealDiv: [
    smooth((a, b) => tf.div(a!, b!), two([-2, 2], [0.5, 2])),
    smooth((a) => [tf.div(a!, 1), tf.div(a!, -4), tf.div(a!, 3), tf.div(3, tf.add(tf.abs(a!), 1))], one()),
  ],
  Reciprocal: [smooth((x) => tf.reciprocal(x!), one([0.5, 2]))],
  Relu: [smooth((x) => tf.relu(x!), one())],
  Relu6: [smooth((x) => tf.relu6(x!), one([-3, 9]))],
  Reshape: [
    smooth(
      (x) => tf.reshape(x!, [-1]),
      shapes().map((s) => [floatOf(s)]),
    ),
    smooth(
      (x) => tf.mul(tf.reshape(tf.reshape(x!, [1, ...x!.shape]), [...x!.shape, 1]), 2),
      shapesOrEmpty(0, 5).map((s) => [floatOf(s)]),
    ),
    flat(
      (x) => tf.reshape(tf.broadcastTo(tf.expandDims(x!, 1), [x!.shape[0]!, 2, ...x!.shape.slice(1)]), [-1]),
      shapes(1, 3).map((s) => [floatOf(s)]),
    ),
    flat(
      (x) => tf.add(tf.reshape(tf.broadcastTo(x!, [3, ...x!.shape]), [3, 1, ...x!.shape]), 0),
      shapes(0, 2).map((s) => [floatOf(s)]),
    ),
    ...moved((x) => tf.reshape(x!, [...x!.shape].reverse()), shapesOrEmpty()),
  ],
  Reverse: [
    smooth(
      (x) => [tf.reverse(x!), tf.reverse(x!, axesOf(x!))],
      shapes().map((s) => [floatOf(s)]),
    ),
    ...moved((x) => tf.reverse(x!, axesOf(x!)), shapesOrEmpty()),
  ],
  Round: [smooth((x) => tf.round(x!), one()), flat((x) => tf.round(tf.div(tf.cast(x!, 'float32'), 2)), oneInt())],
  Rsqrt: [smooth((x) => tf.rsqrt(x!), one([0.2, 4]))],
  ScatterNd: [
    flat(
      (i, u) => tf.scatterND(i!, u!, [3, 4, ...u!.shape.slice(1)]),
      fc.tuple(shapes(0, 2), lengths).map(([rest, n]) => [intOf([n, 2], [0, 2]), floatOf([n, ...rest])]),
    ),
  ],
  Select: [
    smooth(
      (c, a, b) => tf.where(c!, a!, b!),
      // TensorFlow.js spreads operands with Tile, whose gradient it has up to rank 4.
      broadcastPairs(false, 4).map(([p, q]) => [boolOf(p), floatOf(p.length > q.length ? p : q), floatOf(q)]),
    ),
    flat(
      (c, a, b) => tf.where(c!, a!, b!),
      shapes().map((s) => [boolOf(s), boolOf(s), boolOf(s)]),
    ),
    flat(
      (c, a, b) => tf.where(c!, a!, b!),
      shapes().map((s) => [boolOf([]), intOf(s), intOf(s)]),
    ),
  ],
  Selu: [smooth((x) => tf.selu(x!), one())],
  Sigmoid: [smooth((x) => tf.sigmoid(x!), one([-9, 9]))],
  Sign: [smooth((x) => tf.sign(x!), one())],
  Sin: [smooth((x) => tf.sin(x!), one())],
  Sinh: [smooth((x) => tf.sinh(x!), one())],
  Slice: [
    smooth(
      (x) =>
        tf.slice(
          x!,
          x!.shape.map((n) => Math.floor(n / 2)),
        ),
      shapes(1).map((s) => [floatOf(s)]),
    ),
    smooth(
      (x) =>
        tf.slice(
          x!,
          x!.shape.map((n) => Math.floor(n / 3)),
          x!.shape.map(() => 1),
        ),
      shapes(1).map((s) => [floatOf(s)]),
    ),
    flat(
      (x) => tf.slice(tf.broadcastTo(x!, [3, 4]), [1, 1], [2, 2]),
      fc.constantFrom<Shape>([1, 1], [3, 1], [4]).map((s) => [floatOf(s)]),
    ),
    ...moved(
      (x) =>
        tf.slice(
          x!,
          x!.shape.map((n) => Math.floor(n / 2)),
        ),
      shapesOrEmpty(1),
    ),
  ],
  Softmax: [
    smooth(
      (x) => tf.softmax(x!),
      shapes(1).map((s) => [floatOf(s, [-9, 9])]),
    ),
  ],
  Softplus: [smooth((x) => tf.softplus(x!), one([-9, 9]))],
  SplitV: [
    smooth(
      (x) => tf.split(x!, 2, 1),
      shapes(1, 3).map(([first, ...rest]) => [floatOf([first!, 4, ...rest])]),
    ),
    smooth(
      (x) => tf.split(x!, [1, -1, 2], 0),
      shapes(0, 2).map((s) => [floatOf([5, ...s])]),
    ),
    ...moved(
      (x) => tf.split(x!, [1, 2], 0),
      shapesOrEmpty(0, 5).map((s) => [3, ...s]),
    ),
  ],
  Sqrt: [smooth((x) => tf.sqrt(x!), one([0.1, 4]))],
  Square: [smooth((x) => tf.square(x!), one()), flat((x) => tf.square(x!), oneInt())],
  SquaredDifference: [
    flat((a, b) => tf.squaredDifference(a!, b!), two()),
    smooth((a, b) => tf.squaredDifference(a!, b!), twins),
  ],
  Step: [flat((x) => [tf.step(x!), tf.step(x!, 0.3)], one())],
  StridedSlice: [
    flat((x) => tf.stridedSlice(x!, [0, 1], [3, 5], [2, 2]), fc.constant([floatOf([4, 5])])),
    flat((x) => tf.stridedSlice(x!, [3, -1], [0, 0], [-1, -2], 0, 2), fc.constant([floatOf([4, 5])])),
    flat((x) => tf.stridedSlice(x!, [1, 0], [2, 3], [1, 1], 0, 0, 0, 0, 1), fc.constant([floatOf([4, 5])])),
    ...moved(
      (x) =>
        tf.stridedSlice(
          x!,
          x!.shape.map(() => 0),
          [...x!.shape],
          x!.shape.map(() => 2),
        ),
      shapes(1, 4),
    ),
  ],
  Sub: [
    smooth((a, b) => tf.sub(a!, b!), two()),
    flat((a, b) => tf.sub(a!, b!), twoInts()),
    smooth((a) => tf.sub(a!, 0), one()),
  ],
  Sum: [
    smooth(
      reduction((x, axes, keep) => tf.sum(x, axes, keep)),
      shapesOrEmpty().map((s) => [floatOf(s)]),
    ),
    smooth(
      reductionOfSpread((x, axes, keep) => tf.sum(x, axes, keep)),
      shapes(0, 3).map((s) => [floatOf(s)]),
    ),
    flat(
      reduction((x, axes, keep) => tf.sum(x, axes, keep)),
      shapes().map((s) => [intOf(s)]),
    ),
    flat(
      reduction((x, axes, keep) => tf.sum(x, axes, keep)),
      shapes().map((s) => [boolOf(s)]),
    ),
  ],
  Tan: [smooth((x) => tf.tan(x!), one([-1, 1]))],
  Tanh: [smooth((x) => tf.tanh(x!), one())],
  TensorScatterUpdate: [
    flat(
      (x, u) => tf.tensorScatterUpdate(x!, tf.tensor2d([[2], [0]], [2, 1], 'int32'), u!),
      shapes(0, 2).map((s) => [floatOf([3, ...s]), floatOf([2, ...s])]),
    ),
  ],
  Tile: [
    smooth(
      (x) =>
        tf.tile(
          x!,
          x!.shape.map((_, axis) => axis + 1),
        ),
      shapes(1, 3).map((s) => [floatOf(s)]),
    ),
    smooth(
      (x) => tf.mul(tf.broadcastTo(x!, [2, 3, ...x!.shape.slice(2)]), 2),
      shapes(2, 3).map(([, , ...s]) => [floatOf([1, 3, ...s])]),
    ),
    flat(
      (x) =>
        tf.tile(
          x!,
          x!.shape.map(() => 2),
        ),
      shapes(1, 3).map((s) => [boolOf(s)]),
    ),
    flat(
      (x) =>
        tf.tile(
          x!,
          x!.shape.map(() => 2),
        ),
      shapesOrEmpty(1, 4).map((s) => [intOf(s)]),
    ),
  ],
  TopK: [
    flat(
      (x) => {
        const { values, indices } = tf.topk(x!, 3);
        return [values, indices];
      },
      shapes(0, 2).map((s) => [floatOf([...s, 5])]),
    ),
  ],
  Transpose: [
    smooth(
      (x) => tf.transpose(x!),
      shapesOrEmpty().map((s) => [floatOf(s)]),
    ),
    smooth(
      (x) => tf.transpose(tf.transpose(x!, [0, 2, 1, 3]), [1, 3, 0, 2]),
      shapes(4, 4).map((s) => [floatOf(s)]),
    ),
    smooth(
      (x) => tf.transpose(tf.broadcastTo(x!, [2, 3, 4]), [2, 0, 1]),
      fc.constantFrom<Shape>([4], [3, 1], [1, 3, 4]).map((s) => [floatOf(s)]),
    ),
    ...moved((x) => tf.transpose(x!), shapesOrEmpty()),
  ],
  Unpack: [
    smooth(
      (x) => tf.unstack(x!, x!.rank - 1),
      // The gradient of TensorFlow.js fails on a single part.
      shapes(0, 3).map((s) => [floatOf([...s, 3])]),
    ),
    ...moved(
      (x) => tf.unstack(x!, 0),
      shapesOrEmpty(0, 5).map((s) => [3, ...s]),
    ),
  ],
  UnsortedSegmentSum: [
    smooth(
      (x, i) => tf.unsortedSegmentSum(x!, tf.reshape(i!, [-1]) as never, 4),
      fc.tuple(shapes(0, 2), lengths).map(([s, n]) => [floatOf([n, ...s]), intOf([n], [0, 3])]),
    ),
  ],
  ZerosLike: [flat((x) => tf.zerosLike(x!), one()), flat((x) => tf.zerosLike(x!), oneInt())],
  _FusedMatMul: [
    flat(
      (a, b, bias) => [
        tf.fused.matMul({ a: a!, b: b!, bias: bias!, activation: 'relu' }),
        tf.fused.matMul({ a: a!, b: b!, activation: 'sigmoid' }),
      ],
      fc.tuple(lengths, lengths, lengths).map(([m, k, n]) => [floatOf([m, k]), floatOf([k, n]), floatOf([n])]),
    ),
  ],
};
