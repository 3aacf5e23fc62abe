/** Matrix products. */
import { broadcastShapes, sameShape } from '../broadcast.js';
import { type GraphBuilder, int, type Sym } from '../graph-builder.js';
import { sizeOf } from '../host-tensor.js';
import { add } from './arithmetic.js';
import { productOfFewRows } from './few-rows.js';
import { input, type KernelTable, kernel, requireFloat } from './kernel.js';
import { reshaped } from './reshape.js';
import { scalarDtype } from './shape.js';
import { turnedProduct } from './turned-product.js';

interface Operand {
  readonly matrices: Sym;
  /** The last two axes are to be swapped. */
  readonly swapped: boolean;
}

/**
 * A product of (batches of) matrices. A transpose of the right operand is never carried out: the product reads it the
 * other way round at no cost, or with few rows is the left one of the product's transpose. Nor is one of the left carried
 * out, except where `turnedProduct` says so. Where only one operand has a
 * batch, the batch is more rows of one larger product.
 */
export function product(b: GraphBuilder, first: Sym, second: Sym, transposeA: boolean, transposeB: boolean): Sym {
  requireFloat('MatMul', first, second);
  const right = withoutTranspose(b, second, transposeB);
  const left = withoutTranspose(b, first, transposeA);
  const [rows, inner] = sidesOf(left);
  const [, columns] = sidesOf(right);
  const batch = broadcastShapes(left.matrices.shape.slice(0, -2), right.matrices.shape.slice(0, -2));
  const shape = [...batch, rows, columns];
  if (inner === 0 || sizeOf(shape) === 0) return b.scalar(0, scalarDtype('float32'), shape);

  if (
    left.swapped &&
    !right.swapped &&
    sameShape(left.matrices.shape.slice(0, -2), right.matrices.shape.slice(0, -2))
  ) {
    const turned = turnedProduct(b, left.matrices, right.matrices);
    if (turned) return turned;
  }
  const leftCount = sizeOf(left.matrices.shape.slice(0, -2));
  const rightCount = sizeOf(right.matrices.shape.slice(0, -2));
  if (rightCount === 1 && (leftCount === 1 || !left.swapped)) {
    const a = reshaped(b, left.matrices, left.swapped ? [inner, rows] : [leftCount * rows, inner]);
    const c = reshaped(b, right.matrices, right.matrices.shape.slice(-2));
    const result = { dtype: first.dtype, shape: [leftCount * rows, columns] };
    const few = !left.swapped && right.swapped ? productOfFewRows(b, a, c) : undefined;
    if (few) return reshaped(b, few, shape);
    const attributes = { transA: int(Number(left.swapped)), transB: int(Number(right.swapped)) };
    return reshaped(b, b.node('Gemm', [a, c], result, attributes), shape);
  }
  const result = { dtype: first.dtype, shape };
  if (!left.swapped && !right.swapped) return b.node('MatMul', [left.matrices, right.matrices], result);
  const attributes = { transA: int(Number(left.swapped)), transB: int(Number(right.swapped)) };
  return b.node('FusedMatMul', [left.matrices, right.matrices], result, attributes, 'com.microsoft');
}

/** Rows and columns as the product sees them. */
function sidesOf({ matrices, swapped }: Operand): readonly [number, number] {
  const [rows, columns] = matrices.shape.slice(-2) as [number, number];
  return swapped ? [columns, rows] : [rows, columns];
}

/** Reads past a transpose node that swaps only the last two axes. */
function withoutTranspose(b: GraphBuilder, x: Sym, swapped: boolean): Operand {
  const full = b.full(x);
  const producer = b.producerOf(full);
  const perm = producer?.op === 'Transpose' ? producer.attributes.perm : undefined;
  if (!producer || perm?.type !== 'ints') return { matrices: full, swapped };
  const rank = perm.value.length;
  const swapsLastTwo = perm.value.every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i));
  return swapsLastTwo ? { matrices: b.symOf(producer.inputs[0]!), swapped: !swapped } : { matrices: full, swapped };
}

interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const fusedMatMul = kernel<MatMulAttributes & { activation?: string }>((b, inputs, attributes) => {
  const { transposeA, transposeB, activation = 'linear' } = attributes;
  const raw = product(b, input(inputs, 'a'), input(inputs, 'b'), transposeA, transposeB);
  const biased = inputs.bias ? add(b, raw, inputs.bias) : raw;
  switch (activation) {
    case 'linear':
      return biased;
    case 'relu':
      return b.elementwise('Max', [biased, b.scalar(0, 'float32')], 'float32');
    case 'sigmoid':
      return b.elementwise('Sigmoid', [biased], 'float32');
    default:
      throw new Error(`The fused activation '${activation}' is not supported; apply it after the product.`);
  }
});

export const matmulKernels: KernelTable = {
  BatchMatMul: kernel<MatMulAttributes>((b, inputs, { transposeA, transposeB }) =>
    product(b, input(inputs, 'a'), input(inputs, 'b'), transposeA, transposeB),
  ),
  _FusedMatMul: fusedMatMul,
};
