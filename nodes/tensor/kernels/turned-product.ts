/**
 * Products whose left operand is transposed, lᵀ r, such as the gradient of a weight, where both operands have a row for
 * each token. ONNX Runtime would transpose l again for every block of columns of r. Done once, the product is a tenth to
 * a third faster.
 */
import type { GraphBuilder, Sym } from '../graph-builder.js';
import { sizeOf } from '../host-tensor.js';
import { reshaped } from './reshape.js';
import { transposed } from './shape.js';

/** A matrix with rows wider than this costs more to transpose than it saves. */
const widestTurned = 2048;

/** A result of more rows than this is written in full before it is transposed; the rows are then too far apart. */
const tallestFlipped = 8192;

/** So many threads may share a product without being seen in its result; see `isStable`. */
const mostThreads = 15;

/** A row stride of so many numbers, or a multiple, puts the rows that a product reads together in the same lines of the cache. */
const unluckyStride = 1024;

/**
 * lᵀ r for `left` `[…, inner, rows]` and `right` `[…, inner, columns]` → `[…, rows, columns]`: as (lᵀ) r, or as
 * ((rᵀ) l)ᵀ where fewer numbers move so. Undefined where both are too wide.
 */
export function turnedProduct(b: GraphBuilder, left: Sym, right: Sym): Sym | undefined {
  const [inner, rows] = left.shape.slice(-2) as [number, number];
  const columns = right.shape.at(-1)!;
  const batch = sizeOf(left.shape.slice(0, -2));
  const ways = [
    { flipped: false, moved: inner * rows, allowed: rows <= widestTurned && isStable(batch, rows, columns) },
    {
      flipped: true,
      moved: (inner + rows) * columns,
      allowed: columns <= widestTurned && rows <= tallestFlipped && isStable(batch, columns, rows),
    },
  ];
  const [way] = ways.filter(({ allowed }) => allowed).sort((p, q) => p.moved - q.moved);
  if (!way) return undefined;
  if (!way.flipped) return multiplied(b, left, right);
  return transposed(b, multiplied(b, right, left), swapLastTwo(left.shape.length));
}

/**
 * Whether the number of threads cannot be seen in a product's bits. A product of fewer rows than columns is shared out
 * by columns, and its sums run in another order once a thread has 64 columns or fewer. A batch of at least as many
 * products as threads is shared out whole.
 */
function isStable(batch: number, rows: number, columns: number): boolean {
  return rows >= columns || columns > mostThreads * 64 || batch >= mostThreads;
}

/** lᵀ r, the transpose carried out. */
function multiplied(b: GraphBuilder, left: Sym, right: Sym): Sym {
  const [inner, rows] = left.shape.slice(-2) as [number, number];
  const columns = right.shape.at(-1)!;
  const pieces = left.shape.length === 2 ? piecesOf(inner, rows, columns) : 1;
  const cut = (x: Sym) => (pieces === 1 ? x : reshaped(b, x, [pieces, inner / pieces, x.shape[1]!]));
  const first = transposed(b, cut(left), swapLastTwo(cut(left).shape.length));
  const shape = [...first.shape.slice(0, -1), columns];
  const product = b.node('MatMul', [first, cut(right)], { dtype: 'float32', shape });
  return pieces === 1 ? product : sumOf(b, product);
}

/** The sum over the first axis, as a product with ones, which is far faster than ONNX Runtime's ReduceSum. */
function sumOf(b: GraphBuilder, x: Sym): Sym {
  const [pieces, ...shape] = x.shape as [number, ...number[]];
  const size = sizeOf(shape);
  const ones = b.full(b.scalar(1, 'float32', [1, pieces]));
  const sum = b.node('MatMul', [ones, reshaped(b, x, [pieces, size])], { dtype: 'float32', shape: [1, size] });
  return reshaped(b, sum, shape);
}

/**
 * In how many sums, added up afterwards, a product is computed: more than one where its rows, transposed, would have an
 * unlucky stride, unless the sums are more numbers than the operands.
 */
function piecesOf(inner: number, rows: number, columns: number): number {
  let pieces = 1;
  while (inner > 0 && (inner / pieces) % unluckyStride === 0) pieces *= 2;
  return pieces * rows * columns <= inner * (rows + columns) ? pieces : 1;
}

function swapLastTwo(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
}
