/**
 * Products of a few rows with a transposed matrix, x wᵀ, as those of weights and one token of each text in generation.
 * ONNX Runtime copies its right operand, block by block, into another order before it multiplies; with few rows that takes
 * as long as multiplying. The left one is read as it lies. So w goes to the left: (w xᵀ)ᵀ.
 */
import { type GraphBuilder, int, type Sym } from '../graph-builder.js';
import { transposed } from './shape.js';

/** Sums of products of up to so many columns run in one order, for up to 1024 terms, in ONNX Runtime. */
export const fewRows = 16;

/**
 * x wᵀ for `x` `[rows, inner]` and `w` `[columns, inner]` → `[rows, columns]`. Undefined where there are too many rows, or
 * one, for which there is a faster way, or not as many columns: threads would then share them out, as `turnedProduct` says.
 */
export function productOfFewRows(b: GraphBuilder, x: Sym, w: Sym): Sym | undefined {
  const rows = x.shape[0]!;
  const columns = w.shape[0]!;
  if (rows < 2 || rows > fewRows || columns < fewRows) return undefined;
  const attributes = { transA: int(0), transB: int(1) };
  return transposed(b, b.node('Gemm', [w, x], { dtype: 'float32', shape: [columns, rows] }, attributes), [1, 0]);
}
