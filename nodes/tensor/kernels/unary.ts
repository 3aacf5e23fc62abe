/** Functions of one tensor, element by element. */
import type { Attributes, GraphBuilder, Sym } from '../graph-builder.js';
import { float, int } from '../graph-builder.js';
import { castTo, div, mul, sub } from './arithmetic.js';
import { input, type Kernel, type KernelTable, kernel, requireFloat } from './kernel.js';

type Unary = (builder: GraphBuilder, x: Sym) => Sym;

const unary = (write: Unary): Kernel => kernel((b, inputs) => write(b, input(inputs, 'x')));

/** The ONNX operator of this name, on float32 only. */
const floats = (op: string, attributes: Attributes = {}): Kernel =>
  unary((b, x) => {
    requireFloat(op, x);
    return b.elementwise(op, [x], 'float32', attributes);
  });

/** The ONNX operator of this name, on float32 and int32. */
const numbers = (op: string): Kernel => unary((b, x) => b.elementwise(op, [x], x.dtype));

/** Max and Min let NaN through, which ONNX Runtime's Relu and Clip do not. */
const atLeast = (b: GraphBuilder, x: Sym, bound: number) =>
  b.elementwise('Max', [x, b.scalar(bound, x.dtype === 'int32' ? 'int32' : 'float32')], x.dtype);
const atMost = (b: GraphBuilder, x: Sym, bound: number) =>
  b.elementwise('Min', [x, b.scalar(bound, x.dtype === 'int32' ? 'int32' : 'float32')], x.dtype);

const isNan: Unary = (b, x) => b.elementwise('IsNaN', [x], 'bool');
const isPositive: Unary = (b, x) => b.elementwise('Greater', [x, b.scalar(0, 'float32')], 'bool');
const choose = (b: GraphBuilder, condition: Sym, yes: Sym, no: Sym) =>
  b.elementwise('Where', [condition, yes, no], yes.dtype);

const reciprocal: Unary = (b, x) => b.elementwise('Reciprocal', [x], 'float32');

/** eˣ − 1 loses all digits near 0; below ½ ln 2 tanh(x/2) = (eˣ − 1)/(eˣ + 1) gives it as t · (eˣ + 1). */
const expm1: Unary = (b, x) => {
  requireFloat('Expm1', x);
  const exponential = b.elementwise('Exp', [x], 'float32');
  const half = b.elementwise('Tanh', [mul(b, x, b.scalar(0.5, 'float32'))], 'float32');
  const one = b.scalar(1, 'float32');
  const near = mul(b, half, b.elementwise('Add', [exponential, one], 'float32'));
  const isNear = b.elementwise('Less', [b.elementwise('Abs', [x], 'float32'), b.scalar(0.35, 'float32')], 'bool');
  return choose(b, isNear, near, sub(b, exponential, one));
};

/** log(1 + x) = x · log(u) / (u − 1) with u = 1 + x as rounded (Goldberg 1991, theorem 4), and x where u = 1. */
const log1p: Unary = (b, x) => {
  requireFloat('Log1p', x);
  const one = b.scalar(1, 'float32');
  const u = b.elementwise('Add', [x, one], 'float32');
  const logarithm = b.elementwise('Log', [u], 'float32');
  const corrected = mul(b, x, div(b, logarithm, sub(b, u, one)));
  const isOne = b.elementwise('Equal', [u, one], 'bool');
  const isInfinite = b.elementwise('IsInf', [u], 'bool', { detect_negative: int(0) });
  return choose(b, isOne, x, choose(b, isInfinite, u, corrected));
};

/** log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|), which does not overflow. */
const softplus: Unary = (b, x) => {
  requireFloat('Softplus', x);
  const decay = b.elementwise(
    'Exp',
    [b.elementwise('Neg', [b.elementwise('Abs', [x], 'float32')], 'float32')],
    'float32',
  );
  return b.elementwise('Add', [atLeast(b, x, 0), log1p(b, decay)], 'float32');
};

/** 1 above 0, `alpha` elsewhere, NaN where the input is. */
const step = kernel<{ alpha: number }>((b, inputs, { alpha }) => {
  const x = input(inputs, 'x');
  const flat = choose(b, isPositive(b, x), b.scalar(1, 'float32'), b.scalar(alpha, 'float32'));
  return choose(b, isNan(b, x), x, flat);
});

/** dy · (y + 1) where the unit is negative, else dy. */
const eluGrad = kernel((b, inputs) => {
  const dy = input(inputs, 'dy');
  const y = input(inputs, 'y');
  const slope = b.elementwise('Add', [y, b.scalar(1, 'float32')], 'float32');
  return choose(b, b.elementwise('Less', [y, b.scalar(0, 'float32')], 'bool'), mul(b, dy, slope), dy);
});

const clip = kernel<{ clipValueMin: number; clipValueMax: number }>((b, inputs, { clipValueMin, clipValueMax }) =>
  atMost(b, atLeast(b, input(inputs, 'x'), clipValueMin), clipValueMax),
);

const cast = kernel<{ dtype: string }>((b, inputs, { dtype }) => {
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw new Error(`Cast to ${dtype} is not supported.`);
  return castTo(b, input(inputs, 'x'), dtype);
});

export const unaryKernels: KernelTable = {
  Abs: numbers('Abs'),
  Acos: floats('Acos'),
  Acosh: floats('Acosh'),
  Asin: floats('Asin'),
  Asinh: floats('Asinh'),
  Atan: floats('Atan'),
  Atanh: floats('Atanh'),
  Cast: cast,
  Ceil: floats('Ceil'),
  ClipByValue: clip,
  Cos: floats('Cos'),
  Cosh: floats('Cosh'),
  Elu: floats('Elu'),
  EluGrad: eluGrad,
  Erf: floats('Erf'),
  Exp: floats('Exp'),
  Expm1: unary(expm1),
  Floor: floats('Floor'),
  Identity: unary((_, x) => x),
  IsFinite: unary((b, x) => {
    const infinite = b.elementwise('IsInf', [x], 'bool');
    return b.elementwise('Not', [b.elementwise('Or', [infinite, isNan(b, x)], 'bool')], 'bool');
  }),
  IsInf: unary((b, x) => b.elementwise('IsInf', [x], 'bool')),
  IsNan: unary(isNan),
  LeakyRelu: kernel<{ alpha: number }>((b, inputs, { alpha }) =>
    b.elementwise('LeakyRelu', [input(inputs, 'x')], 'float32', { alpha: float(alpha) }),
  ),
  Log: floats('Log'),
  Log1p: unary(log1p),
  Neg: numbers('Neg'),
  Reciprocal: unary(reciprocal),
  Relu: unary((b, x) => atLeast(b, x, 0)),
  Relu6: unary((b, x) => atMost(b, atLeast(b, x, 0), 6)),
  Round: floats('Round'),
  Rsqrt: unary((b, x) => {
    requireFloat('Rsqrt', x);
    return reciprocal(b, b.elementwise('Sqrt', [x], 'float32'));
  }),
  Selu: floats('Selu'),
  Sigmoid: floats('Sigmoid'),
  Sign: numbers('Sign'),
  Sin: floats('Sin'),
  Sinh: floats('Sinh'),
  Softmax: kernel<{ dim: number }>((b, inputs, { dim }) => {
    const logits = input(inputs, 'logits');
    requireFloat('Softmax', logits);
    return b.node('Softmax', [logits], logits, { axis: int(dim) });
  }),
  Softplus: unary(softplus),
  Sqrt: floats('Sqrt'),
  Square: unary((b, x) => mul(b, x, x)),
  Step: step,
  Tan: floats('Tan'),
  Tanh: floats('Tanh'),
};
