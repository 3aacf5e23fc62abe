/** How a TensorFlow.js kernel is written down as ONNX nodes. */
import type { GraphBuilder, Sym } from '../graph-builder.js';

/** Tensors by TensorFlow.js' own names; a list comes as '0', '1', …. */
export type Inputs = Readonly<Record<string, Sym>>;

/** `attributes` are those that TensorFlow.js documents for the kernel. */
export type Kernel = (builder: GraphBuilder, inputs: Inputs, attributes: unknown) => Sym | readonly Sym[];

export type KernelTable = Readonly<Record<string, Kernel>>;

/** Types the attributes of one kernel. TensorFlow.js checks what its operations hand over. */
export function kernel<A = undefined>(
  write: (builder: GraphBuilder, inputs: Inputs, attributes: A) => Sym | readonly Sym[],
): Kernel {
  return write as Kernel;
}

/** The named input, which the operation always gives. */
export function input(inputs: Inputs, name: string): Sym {
  const sym = inputs[name];
  if (!sym) throw new Error(`The kernel's input '${name}' is missing.`);
  return sym;
}

/** Throws unless the tensor is float32: ONNX Runtime has the operator for no other type. */
export function requireFloat(name: string, ...syms: readonly Sym[]): void {
  for (const { dtype } of syms) {
    if (dtype !== 'float32') throw new Error(`${name} wants float32, but was given ${dtype}; cast it first.`);
  }
}
