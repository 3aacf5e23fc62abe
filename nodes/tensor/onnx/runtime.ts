/** The one import of ONNX Runtime, a CommonJS package with a native library. */
import { createRequire } from 'node:module';

export const ort: typeof import('onnxruntime-node') = createRequire(import.meta.url)('onnxruntime-node');
// What goes wrong is thrown as well; the log would only write it to the terminal a second time.
ort.env.logLevel = 'fatal';
