/** Running sums and products along an axis. */
import { type GraphBuilder, int, type Sym } from '../graph-builder.js';
import { mul } from './arithmetic.js';
import { input, type KernelTable, kernel, requireFloat } from './kernel.js';
import { axesOf } from './reduce.js';
import { concatenated, sliced } from './shape.js';

interface ScanAttributes {
  readonly axis: number;
  /** Whether an element itself is left out of what stands at its place. */
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

const cumsum = kernel<ScanAttributes>((b, inputs, attributes) => {
  const x = input(inputs, 'x');
  const axis = b.constant('int32', [], Int32Array.of(axesOf(attributes.axis, x.shape.length)[0]!));
  return b.node('CumSum', [x, axis], x, {
    exclusive: int(Number(attributes.exclusive)),
    reverse: int(Number(attributes.reverse)),
  });
});

/**
 * Running products, which ONNX has no operator for: each pass multiplies by the products that end 1, 2, 4, … places before
 * (Hillis & Steele 1986).
 */
const cumprod = kernel<ScanAttributes>((b: GraphBuilder, inputs, attributes) => {
  const x = input(inputs, 'x');
  requireFloat('Cumprod', x);
  const axis = axesOf(attributes.axis, x.shape.length)[0]!;
  const length = x.shape[axis]!;
  /** What stood `places` earlier, and ones where there was nothing. */
  const delayed = (values: Sym, places: number) => {
    const ones = b.scalar(1, 'float32', x.shape.with(axis, places));
    const begin = x.shape.map((_, i) => (i === axis && attributes.reverse ? places : 0));
    const kept = sliced(b, values, begin, x.shape.with(axis, length - places));
    return concatenated(b, attributes.reverse ? [kept, ones] : [ones, kept], axis);
  };
  let products = attributes.exclusive && length > 0 ? delayed(x, 1) : x;
  for (let places = 1; places < length; places *= 2) products = mul(b, products, delayed(products, places));
  return products;
});

export const scanKernels: KernelTable = {
  Cumprod: cumprod,
  Cumsum: cumsum,
};
