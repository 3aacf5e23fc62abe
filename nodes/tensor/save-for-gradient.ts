import type { Tensor } from '@tensorflow/tfjs';

/**
 * What `tf.customGrad` hands to its function besides the arguments, though its type does not say so: tensors that are
 * not saved are freed before the gradient is computed.
 */
export type SaveForGradient = (tensors: readonly Tensor[]) => void;
