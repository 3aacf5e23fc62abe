/** Every TensorFlow.js kernel that can be compiled. */
import { arithmeticKernels } from './arithmetic.js';
import { indexingKernels } from './indexing.js';
import type { KernelTable } from './kernel.js';
import { logicKernels } from './logic.js';
import { matmulKernels } from './matmul.js';
import { reduceKernels } from './reduce.js';
import { scanKernels } from './scan.js';
import { shapeKernels } from './shape.js';
import { unaryKernels } from './unary.js';

export const kernels: KernelTable = {
  ...arithmeticKernels,
  ...indexingKernels,
  ...logicKernels,
  ...matmulKernels,
  ...reduceKernels,
  ...scanKernels,
  ...shapeKernels,
  ...unaryKernels,
};
