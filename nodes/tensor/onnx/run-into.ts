/**
 * Runs a session so that its outputs are written to tensors of the caller, and nowhere else.
 *
 * onnxruntime-node writes an output to a tensor that it is given, and then copies it into a new array for JavaScript all the
 * same: the whole state, at every step. It makes the copies after the run, one output after another, and stops at the first
 * that it cannot represent. So a model is given such an output, in front of all others: an empty sequence. By the time
 * the binding complains of it, everything has been written.
 */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';

/** The output that no binding to JavaScript can represent. */
export const unreadableOutput = 'lapidary.unreadable';

const complaint = 'Non tensor type is temporarily not supported.';

/** `outputs` has a tensor of the right type for every output of the model. Throws what goes wrong in the run. */
export async function runInto(
  session: InferenceSession,
  inputs: Readonly<Record<string, OrtTensor>>,
  outputs: Readonly<Record<string, OrtTensor>>,
): Promise<void> {
  try {
    // A binding that learns to represent sequences copies again, and all is still right.
    await session.run(inputs, { [unreadableOutput]: null, ...outputs });
  } catch (error) {
    if (!(error instanceof Error && error.message === complaint)) throw error;
  }
}
