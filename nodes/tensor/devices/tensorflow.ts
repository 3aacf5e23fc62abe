/**
 * Eager on libtensorflow, through `@tensorflow/tfjs-node-gpu`. The package is optional: its install fetches libtensorflow
 * from a server that not every machine can reach.
 */
import { createRequire } from 'node:module';
import { Failure } from '../../../engine/failure.js';
import type { Device } from '../device.js';
import { tf } from '../tf.js';
import { createEagerDevice } from './eager.js';

const packageName = '@tensorflow/tfjs-node-gpu';

/** Throws Failure `device-not-available` when the package is missing or cannot be loaded. */
export function createTensorflowDevice(): Device {
  loadBackend();
  return createEagerDevice('tensorflow', 'tensorflow');
}

/** Whether libtensorflow runs on a GPU here. Throws as `createTensorflowDevice` does. */
export function tensorflowSeesGpu(): boolean {
  loadBackend();
  const backend: unknown = tf.engine().findBackend('tensorflow');
  return (
    typeof backend === 'object' &&
    backend !== null &&
    'isUsingGpuDevice' in backend &&
    backend.isUsingGpuDevice === true
  );
}

/** Registers the backend `tensorflow` and leaves the chosen backend as it was. */
function loadBackend(): void {
  if (tf.engine().registryFactory.tensorflow) return;
  const previous = tf.getBackend() || 'cpu';
  try {
    createRequire(import.meta.url)(packageName);
  } catch (error) {
    throw new Failure(
      'device-not-available',
      `The device 'tensorflow' needs the package ${packageName}, which cannot be loaded: ${firstLine(error)}`,
      `Run \`npm install ${packageName}\`, or choose the device onnx-cpu.`,
    );
  }
  if (!tf.engine().registryFactory.tensorflow) {
    throw new Failure(
      'device-not-available',
      `${packageName} was loaded, but registered its backend with another copy of TensorFlow.js.`,
      `Install the version of ${packageName} that equals the one of @tensorflow/tfjs (${tf.version.tfjs}).`,
    );
  }
  void tf.setBackend(previous);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
