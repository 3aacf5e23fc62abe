/** Changes of shape that move no element, on tensors that may be stored smaller than they are. */
import { padShape, sameShape } from '../broadcast.js';
import { type GraphBuilder, int, isFill, type Sym, stored } from '../graph-builder.js';

/** The same elements in the same order, in another shape of the same size. */
export function reshaped(b: GraphBuilder, x: Sym, shape: readonly number[]): Sym {
  if (sameShape(x.shape, shape)) return x;
  if (isFill(x)) return { ...reshapeStored(b, stored(x), []), shape };
  const own = storedShapeAfter(x, shape);
  return own ? { ...reshapeStored(b, stored(x), own), shape } : reshapeStored(b, b.full(x), shape);
}

/**
 * The stored shape that belongs to the new one, where old and new differ only in lengths of 1; else undefined, unless
 * the tensor is stored in full.
 */
function storedShapeAfter(x: Sym, shape: readonly number[]): readonly number[] | undefined {
  if (sameShape(x.shape, x.stored)) return shape;
  const own = padShape(x.stored, x.shape.length).filter((_, axis) => x.shape[axis] !== 1);
  const long = shape.filter((length) => length !== 1);
  if (
    !sameShape(
      long,
      x.shape.filter((length) => length !== 1),
    )
  )
    return undefined;
  let next = 0;
  return shape.map((length) => (length === 1 ? 1 : own[next++]!));
}

/** A Reshape node on the tensor before all reshapes, or none where that has the shape already. */
export function reshapeStored(b: GraphBuilder, x: Sym, shape: readonly number[]): Sym {
  if (sameShape(x.shape, shape)) return x;
  const producer = b.producerOf(x);
  // A shape that is computed is there to be waited for.
  const isFixed = producer?.op === 'Reshape' && !b.producerOf(b.symOf(producer.inputs[1]!));
  if (isFixed) return reshapeStored(b, b.symOf(producer.inputs[0]!), shape);
  // A 0 in the new shape means "as before" to ONNX, unless it is told otherwise.
  const attributes = shape.includes(0) ? { allowzero: int(1) } : {};
  return b.node('Reshape', [x, b.int64(shape)], { dtype: x.dtype, shape }, attributes);
}
