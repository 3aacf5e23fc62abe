/** The oracle of the tests: TensorFlow.js' plain JavaScript backend, slow and simple. */
import type { Device } from '../device.js';
import { createEagerDevice } from './eager.js';

export function createReferenceDevice(): Device {
  return createEagerDevice('reference', 'cpu');
}
