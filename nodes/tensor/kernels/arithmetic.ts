/** Arithmetic on two tensors, with what folds away when one is a known number. */

import { broadcastShapes, sameShape } from '../broadcast.js';
import type { GraphBuilder, Sym } from '../graph-builder.js';
import { input, type Kernel, type KernelTable, kernel, requireFloat } from './kernel.js';

type Binary = (builder: GraphBuilder, a: Sym, b: Sym) => Sym;

/** a + b, without a node where one of them is 0. */
export const add: Binary = (b, x, y) => {
  if (b.constantOf(y) === 0) return stretched(x, y);
  if (b.constantOf(x) === 0) return stretched(y, x);
  return folded(b, 'Add', x, y, (p, q) => p + q);
};

export const sub: Binary = (b, x, y) => {
  if (b.constantOf(y) === 0) return stretched(x, y);
  return folded(b, 'Sub', x, y, (p, q) => p - q);
};

export const mul: Binary = (b, x, y) => {
  if (b.constantOf(y) === 1) return stretched(x, y);
  if (b.constantOf(x) === 1) return stretched(y, x);
  return folded(b, 'Mul', x, y, (p, q) => p * q);
};

export const div: Binary = (b, x, y) => {
  requireFloat('RealDiv', x, y);
  const divisor = b.constantOf(y);
  if (divisor === 1) return stretched(x, y);
  // A division by a power of two is an exact product, and a product is several times faster.
  if (divisor !== undefined && Number.isInteger(Math.log2(Math.abs(divisor)))) {
    return mul(b, x, b.scalar(1 / divisor, 'float32', y.shape));
  }
  return folded(b, 'Div', x, y, (p, q) => p / q);
};

const pow: Binary = (b, x, y) => {
  if (x.dtype === 'float32') {
    const exponent = b.constantOf(y);
    if (exponent === 1) return stretched(x, y);
    if (exponent === 2) return stretched(mul(b, x, x), y);
    if (exponent === 3) return stretched(mul(b, mul(b, x, x), x), y);
    if (exponent === 0.5) return stretched(b.elementwise('Sqrt', [x], x.dtype), y);
    if (exponent === -1) return stretched(b.elementwise('Reciprocal', [x], x.dtype), y);
  }
  return b.elementwise('Pow', [x, y], x.dtype);
};

/** Rounds towards −∞. ONNX' integer division rounds towards 0, so a negative inexact quotient is one too high. */
const floorDiv: Binary = (b, x, y) => {
  // TensorFlow.js gives int32 whatever the operands are.
  if (x.dtype === 'float32') return castTo(b, b.elementwise('Floor', [div(b, x, y)], 'float32'), 'int32');
  const quotient = b.elementwise('Div', [x, y], 'int32');
  const rest = b.elementwise('Sub', [x, b.elementwise('Mul', [quotient, y], 'int32')], 'int32');
  const zero = b.scalar(0, 'int32');
  const inexact = b.elementwise('Not', [b.elementwise('Equal', [rest, zero], 'bool')], 'bool');
  const negative = b.elementwise('Xor', [isBelow(b, rest, zero), isBelow(b, y, zero)], 'bool');
  const tooHigh = b.elementwise('And', [inexact, negative], 'bool');
  return b.elementwise('Sub', [quotient, castTo(b, tooHigh, 'int32')], 'int32');
};

/** The remainder with the divisor's sign. */
const mod: Binary = (b, x, y) => {
  if (x.dtype === 'int32') return b.elementwise('Mod', [x, y], 'int32');
  const fmod = (p: Sym, q: Sym) => b.elementwise('Mod', [p, q], 'float32', { fmod: { type: 'int', value: 1 } });
  const rest = fmod(x, y);
  const zero = b.scalar(0, 'float32');
  const differ = b.elementwise('Xor', [isBelow(b, x, zero), isBelow(b, y, zero)], 'bool');
  return b.elementwise('Where', [differ, fmod(b.elementwise('Add', [rest, y], 'float32'), y), rest], 'float32');
};

const squaredDifference: Binary = (b, x, y) => {
  const difference = sub(b, x, y);
  return mul(b, difference, difference);
};

/** Casts, where it is not so already. */
export function castTo(b: GraphBuilder, x: Sym, dtype: Sym['dtype']): Sym {
  if (x.dtype === dtype) return x;
  const to = { float32: 1, int32: 6, int64: 7, bool: 9 }[dtype];
  const constant = b.constantOf(x);
  if (constant !== undefined && dtype !== 'int64' && Number.isFinite(constant)) {
    if (dtype === 'int32' && Math.abs(constant) >= 2 ** 31)
      throw new Error(`The constant ${constant} overflows int32.`);
    const value = dtype === 'bool' ? Number(constant !== 0) : dtype === 'int32' ? Math.trunc(constant) : constant;
    return b.scalar(value, dtype, x.shape);
  }
  return b.elementwise('Cast', [x], dtype, { to: { type: 'int', value: to } });
}

function isBelow(b: GraphBuilder, x: Sym, y: Sym): Sym {
  return b.elementwise('Less', [x, y], 'bool');
}

/** `x` in the shape that it would have after broadcasting with `other`. */
function stretched(x: Sym, other: Sym): Sym {
  const shape = broadcastShapes(x.shape, other.shape);
  return sameShape(shape, x.shape) ? x : { ...x, shape };
}

/** Computes at once what is constant, in the rounding of the dtype. */
function folded(b: GraphBuilder, op: string, x: Sym, y: Sym, compute: (p: number, q: number) => number): Sym {
  const p = b.constantOf(x);
  const q = b.constantOf(y);
  if (p !== undefined && q !== undefined && x.dtype === 'float32') {
    return b.scalar(compute(p, q), 'float32', broadcastShapes(x.shape, y.shape));
  }
  return b.elementwise(op, [x, y], x.dtype);
}

const binary = (write: Binary): Kernel => kernel((b, inputs) => write(b, input(inputs, 'a'), input(inputs, 'b')));

export const arithmeticKernels: KernelTable = {
  Add: binary(add),
  AddN: kernel((b, inputs) => Object.values(inputs).reduce((sum, x) => add(b, sum, x))),
  FloorDiv: binary(floorDiv),
  Maximum: binary((b, x, y) => b.elementwise('Max', [x, y], x.dtype)),
  Minimum: binary((b, x, y) => b.elementwise('Min', [x, y], x.dtype)),
  Mod: binary(mod),
  Multiply: binary(mul),
  Pow: binary(pow),
  RealDiv: binary(div),
  SquaredDifference: binary(squaredDifference),
  Sub: binary(sub),
};
