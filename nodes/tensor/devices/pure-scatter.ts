/**
 * TensorFlow.js' own kernel of `tensorScatterUpdate` (4.22, backend `cpu`) writes into the tensor that it was given, which
 * others may still read. Here it is given a copy.
 */
import type { KernelFunc, TensorInfo, TypedArray } from '@tensorflow/tfjs';
import { tf } from '../tf.js';

/** What is used of the backend. */
interface PlainBackend {
  readSync(dataId: TensorInfo['dataId']): TypedArray;
  makeTensorInfo(shape: number[], dtype: TensorInfo['dtype'], values: TypedArray): TensorInfo;
  disposeIntermediateTensorInfo(info: TensorInfo): void;
}

const kernelName = 'TensorScatterUpdate';
let done = false;

export function makeScatterPure(): void {
  if (done) return;
  const { kernelFunc: writeInto } = tf.getKernel(kernelName, 'cpu');
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
    const plain = backend as PlainBackend;
    const tensor = inputs.tensor as TensorInfo;
    const copy = plain.makeTensorInfo(tensor.shape, tensor.dtype, plain.readSync(tensor.dataId).slice());
    const result = writeInto({ inputs: { ...inputs, tensor: copy }, ...(attrs && { attrs }), backend });
    plain.disposeIntermediateTensorInfo(copy);
    return result;
  };
  tf.unregisterKernel(kernelName, 'cpu');
  tf.registerKernel({ kernelName, backendName: 'cpu', kernelFunc });
  done = true;
}
