/** The one import of ONNX Runtime, a CommonJS package with a native library. */
import { createRequire } from 'node:module';

export const ort: typeof import('onnxruntime-node') = createRequire(import.meta.url)('onnxruntime-node');
ort.env.logLevel = 'error';
