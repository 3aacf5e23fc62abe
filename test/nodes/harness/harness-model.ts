import { makeModel } from '../tiny-model.js';

/** Path of the model that fixtures/make.py was given. Its weights are large enough that it prefers some texts to others. */
export function makeHarnessModel(): Promise<string> {
  return makeModel({ max_position_embeddings: 256, initializer_range: 0.6, seed: 11 });
}
