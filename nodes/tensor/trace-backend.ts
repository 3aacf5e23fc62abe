/**
 * A TensorFlow.js backend whose tensors are symbols: running a kernel on it writes ONNX nodes into a graph. It computes
 * nothing, so it serves while a step function is traced, and at no other time.
 */
import type { BackendValues, DataType, KernelFunc, Tensor, TensorInfo } from '@tensorflow/tfjs';
import type { GraphBuilder, Sym } from './graph-builder.js';
import { kernels } from './kernels/kernels.js';
import { tf } from './tf.js';

export const traceBackendName = 'lapidary-trace';

/** Operations that draw numbers in JavaScript, by the names of the scopes that TensorFlow.js opens for them. */
const randomOperations = new Set(
  [
    'multinomial',
    'rand',
    'randomGamma',
    'randomNormal',
    'randomStandardNormal',
    'randomUniform',
    'randomUniformInt',
    'truncatedNormal',
  ].map((name) => `${name}${tf.OP_SCOPE_SUFFIX}`),
);

type DataId = TensorInfo['dataId'];

export class TraceBackend extends tf.KernelBackend {
  private syms = new WeakMap<DataId, Sym>();
  private current: GraphBuilder | undefined;

  /** Traces into `builder` while `body` runs. */
  into<T>(builder: GraphBuilder, body: () => T): T {
    if (this.current) throw new Error('A step function was traced within a step function.');
    this.current = builder;
    try {
      return body();
    } finally {
      this.current = undefined;
      // Symbols belong to one trace: a tensor that outlives it must not be taken for a value of the next.
      this.syms = new WeakMap();
    }
  }

  get builder(): GraphBuilder {
    if (!this.current) throw new Error(`The backend '${traceBackendName}' works only while a step is traced.`);
    return this.current;
  }

  /** A TensorFlow.js tensor that stands for the symbol. */
  tensor(sym: Sym): Tensor {
    const info = this.register(sym);
    return tf.engine().makeTensorFromDataId(info.dataId, info.shape, info.dtype, this);
  }

  register(sym: Sym): TensorInfo {
    if (sym.dtype === 'int64') throw new Error('A kernel returned an int64 value.');
    const dataId = {};
    this.syms.set(dataId, sym);
    return { dataId, shape: [...sym.shape], dtype: sym.dtype };
  }

  /** The symbol of a tensor. One that another backend holds is a constant of the program. */
  sym(info: TensorInfo): Sym {
    const known = this.syms.get(info.dataId);
    // A reshape or a clone may share the data of a tensor under another shape.
    if (known) return known;
    const owner = tf.engine().state.tensorInfo.get(info.dataId);
    if (!owner || owner.backend === this)
      throw new Error('A tensor of an earlier trace was used; compute it within the step.');
    return this.constant(owner.backend.readSync(info.dataId), info.shape, info.dtype);
  }

  private constant(values: BackendValues, shape: readonly number[], dtype: DataType): Sym {
    switch (dtype) {
      case 'float32':
        return this.builder.constant(dtype, shape, Float32Array.from(values as Float32Array));
      case 'int32':
        return this.builder.constant(dtype, shape, Int32Array.from(values as Int32Array));
      case 'bool':
        return this.builder.constant(dtype, shape, Uint8Array.from(values as Uint8Array));
      default:
        throw new Error(`A constant of dtype ${dtype} cannot be compiled.`);
    }
  }

  /** TensorFlow.js hands values over here: those of a constant that the step writes down. */
  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    refuseRandom();
    return this.register(this.constant(values, shape, dtype)).dataId;
  }

  override move(): void {
    throw new Error('A tensor was moved to the tracing backend.');
  }

  override readSync(): never {
    throw new Error(
      'A step read the values of a tensor (dataSync, arraySync or print), but while it is traced there are none. ' +
        `Compute with tensors, or return the tensor as an output. It was read ${callSite()}.`,
    );
  }

  override async read(): Promise<never> {
    return this.readSync();
  }

  override numDataIds(): number {
    // TensorFlow.js compares this before and after a kernel only in its debug mode.
    return 0;
  }
  override refCount(): number {
    return 1;
  }
  override incRef(): void {}
  override disposeData(): boolean {
    return true;
  }
  override memory() {
    return { unreliable: true };
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override dispose(): void {}
}

function refuseRandom(): void {
  const { scopeStack } = tf.engine().state;
  const random = scopeStack.find((scope) => randomOperations.has(scope.name));
  if (random) throw new Error(randomMessage(random.name.slice(0, -tf.OP_SCOPE_SUFFIX.length)));
}

const randomMessage = (name: string) =>
  `The random op ${name} would be baked into the program: every run would draw the same numbers. ` +
  'Draw them outside and pass them, or the mask, as an input.';

let instance: TraceBackend | undefined;

/** The one tracing backend; the first call registers it with TensorFlow.js, which never chooses it by itself. */
export function traceBackend(): TraceBackend {
  if (instance) return instance;
  const backend = new TraceBackend();
  tf.registerBackend(traceBackendName, () => backend, 0);
  for (const [kernelName, write] of Object.entries(kernels)) {
    const kernelFunc: KernelFunc = ({ inputs, attrs }) => {
      const syms = Object.fromEntries(
        Object.entries(inputs).flatMap(([name, info]) => (info ? [[name, backend.sym(info)]] : [])),
      );
      const result = written(kernelName, () => write(backend.builder, syms, attrs));
      return 'value' in result ? backend.register(result) : result.map((sym) => backend.register(sym));
    };
    tf.registerKernel({ kernelName, backendName: traceBackendName, kernelFunc });
  }
  refuseOtherKernels();
  instance = backend;
  return backend;
}

/**
 * `x`, computed no earlier than `other`, a tensor of its shape. In a trace it is a value of its own, so that what follows from
 * it is not taken for what followed from `x`: x in the shape that `other` turns out to have, which moves no number.
 */
export function computedAfter(x: Tensor, other: Tensor): Tensor {
  if (tf.getBackend() !== traceBackendName) return tf.clone(x);
  const backend = traceBackend();
  const { builder } = backend;
  const [value, later] = [builder.full(backend.sym(x)), builder.full(backend.sym(other))];
  const shape = builder.node('Shape', [later], { dtype: 'int64', shape: [later.shape.length] });
  return backend.tensor(builder.node('Reshape', [value, shape], value));
}

/** What a kernel refuses says where it was called. */
function written<T>(kernelName: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message} The kernel ${kernelName} was called ${callSite()}.`, { cause: error });
  }
}

/** Every other kernel that TensorFlow.js knows says which it is, and who called it. */
function refuseOtherKernels(): void {
  const names = tf.getKernelsForBackend('cpu').map((config) => config.kernelName);
  for (const kernelName of names.filter((name) => !(name in kernels))) {
    const kernelFunc: KernelFunc = () => {
      if (kernelName === 'Multinomial') throw new Error(randomMessage('multinomial'));
      throw new Error(`The TensorFlow.js kernel ${kernelName} cannot be compiled. It was called ${callSite()}.`);
    };
    tf.registerKernel({ kernelName, backendName: traceBackendName, kernelFunc });
  }
}

/** The innermost line of the stack that is neither TensorFlow.js nor this module. */
function callSite(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = limit;
  const own = lines.find(
    (line) => !/@tensorflow|tfjs-core|node:|nodes\/tensor\/(trace|trace-backend|scope|rematerialise)\.[jt]s/.test(line),
  );
  return own?.trim() ?? 'from an unknown place';
}
