/** Comparisons, truth values, and choice. */

import { padShape } from '../broadcast.js';
import type { GraphBuilder, Sym } from '../graph-builder.js';
import { castTo } from './arithmetic.js';
import { input, type Kernel, type KernelTable, kernel } from './kernel.js';

const compare = (op: string): Kernel =>
  kernel((b, inputs) => {
    // ONNX Runtime orders numbers only.
    const comparable = (x: Sym) => (x.dtype === 'bool' && op !== 'Equal' ? castTo(b, x, 'int32') : x);
    return b.elementwise(op, [comparable(input(inputs, 'a')), comparable(input(inputs, 'b'))], 'bool');
  });

const truth = (op: string): Kernel =>
  kernel((b, inputs) => {
    const operands = [input(inputs, 'a'), input(inputs, 'b')].map((x) => castTo(b, x, 'bool'));
    return b.elementwise(op, operands, 'bool');
  });

const not = (b: GraphBuilder, x: Sym) => b.elementwise('Not', [x], 'bool');

/** The condition may be a vector that chooses whole rows. */
const select = kernel((b, inputs) => {
  const yes = input(inputs, 't');
  const no = input(inputs, 'e');
  const condition = castTo(b, input(inputs, 'condition'), 'bool');
  if (condition.shape.length !== 1 || yes.shape.length < 2) return choose(b, condition, yes, no);
  const shape = [...condition.shape, ...padShape([], yes.shape.length - 1)];
  return choose(b, b.node('Reshape', [condition, b.int64(shape)], { dtype: 'bool', shape }), yes, no);
});

/** ONNX Runtime's Where has no bool values. */
function choose(b: GraphBuilder, condition: Sym, yes: Sym, no: Sym): Sym {
  if (yes.dtype !== 'bool') return b.elementwise('Where', [condition, yes, no], yes.dtype);
  return castTo(
    b,
    b.elementwise('Where', [condition, castTo(b, yes, 'int32'), castTo(b, no, 'int32')], 'int32'),
    'bool',
  );
}

/** Spelled out because ONNX' OneHot counts a negative index from the end, where TensorFlow leaves the row off. */
const oneHot = kernel<{ depth: number; onValue: number; offValue: number; dtype?: string }>((b, inputs, attributes) => {
  const { depth, onValue, offValue } = attributes;
  const dtype = attributes.dtype === 'int32' || attributes.dtype === 'bool' ? attributes.dtype : 'float32';
  const indices = castTo(b, input(inputs, 'indices'), 'int32');
  const column = [...indices.shape, 1];
  const rows = b.node('Reshape', [indices, b.int64(column)], { dtype: 'int32', shape: column });
  const classes = b.constant(
    'int32',
    [depth],
    Int32Array.from({ length: depth }, (_, i) => i),
  );
  const hits = { ...b.elementwise('Equal', [rows, classes], 'bool'), shape: [...indices.shape, depth] };
  if (onValue === 1 && offValue === 0) return castTo(b, hits, dtype);
  return choose(b, hits, b.scalar(onValue, dtype), b.scalar(offValue, dtype));
});

export const logicKernels: KernelTable = {
  Equal: compare('Equal'),
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  Less: compare('Less'),
  LessEqual: compare('LessOrEqual'),
  LogicalAnd: truth('And'),
  LogicalNot: kernel((b, inputs) => not(b, castTo(b, input(inputs, 'x'), 'bool'))),
  LogicalOr: truth('Or'),
  NotEqual: kernel((b, inputs) => not(b, b.elementwise('Equal', [input(inputs, 'a'), input(inputs, 'b')], 'bool'))),
  OneHot: oneHot,
  Select: select,
};
