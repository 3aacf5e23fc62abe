/** Matrix products. */
import { broadcastShapes } from '../broadcast.js';
import { type GraphBuilder, int, type Sym } from '../graph-builder.js';
import { sizeOf } from '../host-tensor.js';
import { add } from './arithmetic.js';
import { input, type KernelTable, kernel, requireFloat } from './kernel.js';
import { reshaped } from './reshape.js';
import { scalarDtype, transposed } from './shape.js';

interface Operand {
  readonly matrices: Sym;
  /** The last two axes are to be swapped. */
  readonly swapped: boolean;
}

/**
 * Beyond this many columns a matrix of rows that is turned costs more than it saves.
 */
const widestTurned = 2048;

/** With at least as many columns, a product gives the same bits with up to 15 threads; see `turned`. */
const manyColumns = 1024;

/**
 * A product of (batches of) matrices. A transpose of the right operand is never carried out: the product reads it the
 * other way round at no cost. Nor is one of the left, except where `turned` says so. Where only one operand has a batch,
 * the batch is more rows of one larger product.
 */
export function product(b: GraphBuilder, first: Sym, second: Sym, transposeA: boolean, transposeB: boolean): Sym {
  requireFloat('MatMul', first, second);
  const right = withoutTranspose(b, second, transposeB);
  const left = turned(b, withoutTranspose(b, first, transposeA), sidesOf(right)[1]);
  const [rows, inner] = sidesOf(left);
  const [, columns] = sidesOf(right);
  const batch = broadcastShapes(left.matrices.shape.slice(0, -2), right.matrices.shape.slice(0, -2));
  const shape = [...batch, rows, columns];
  if (inner === 0 || sizeOf(shape) === 0) return b.scalar(0, scalarDtype('float32'), shape);

  const leftCount = sizeOf(left.matrices.shape.slice(0, -2));
  const rightCount = sizeOf(right.matrices.shape.slice(0, -2));
  if (rightCount === 1 && (leftCount === 1 || !left.swapped)) {
    const a = reshaped(b, left.matrices, left.swapped ? [inner, rows] : [leftCount * rows, inner]);
    const c = reshaped(b, right.matrices, right.matrices.shape.slice(-2));
    const result = { dtype: first.dtype, shape: [leftCount * rows, columns] };
    const attributes = { transA: int(Number(left.swapped)), transB: int(Number(right.swapped)) };
    return reshaped(b, b.node('Gemm', [a, c], result, attributes), shape);
  }
  const result = { dtype: first.dtype, shape };
  if (!left.swapped && !right.swapped) return b.node('MatMul', [left.matrices, right.matrices], result);
  const attributes = { transA: int(Number(left.swapped)), transB: int(Number(right.swapped)) };
  return b.node('FusedMatMul', [left.matrices, right.matrices], result, attributes, 'com.microsoft');
}

/**
 * Transposes the left operand of a large product first. ONNX Runtime would do it again for every block of columns, which
 * makes the gradient of a weight a tenth slower.
 *
 * Only where the number of threads cannot be seen in the result: a product with fewer rows than columns is shared out by
 * columns, and its sums run in another order once a thread has 64 columns or fewer. A product that transposes its left
 * operand itself does not have this.
 */
function turned(b: GraphBuilder, operand: Operand, columns: number): Operand {
  const { matrices, swapped } = operand;
  const [rows] = sidesOf(operand);
  if (!swapped || matrices.shape.length !== 2 || rows > widestTurned) return operand;
  if (rows < columns && columns < manyColumns) return operand;
  return { matrices: transposed(b, matrices, [1, 0]), swapped: false };
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
