/**
 * The one import of TensorFlow.js. Node 20 cannot load its ES modules, so its CommonJS build is required. Importing this
 * module chooses no backend. Production mode only silences the banner that the plain JavaScript backend prints.
 */
import { createRequire } from 'node:module';

export const tf: typeof import('@tensorflow/tfjs') = createRequire(import.meta.url)('@tensorflow/tfjs');
tf.enableProdMode();

/**
 * Runs `body` with another TensorFlow.js backend, then puts the earlier one back. `body` must be synchronous, since the
 * choice of backend is global to the process. The backend must be one that initialises synchronously.
 */
export function withBackend<T>(name: string, body: () => T): T {
  // Without a backend, TensorFlow.js would choose `cpu` under Node by itself at the first operation.
  const previous = tf.getBackend() || 'cpu';
  switchBackend(name);
  try {
    return body();
  } finally {
    switchBackend(previous);
  }
}

/** `setBackend` is declared asynchronous, yet has taken effect when it returns, for a backend that needs no waiting. */
function switchBackend(name: string): void {
  if (tf.getBackend() === name) return;
  void tf.setBackend(name);
  if (tf.getBackend() !== name) throw new Error(`The TensorFlow.js backend '${name}' cannot be chosen synchronously.`);
}
