/** The devices that tests of models run on: the oracle, and the compiled one where it can be opened. */
import type { Device, DeviceName } from '../../nodes/tensor/device.js';
import { openDevice } from '../../nodes/tensor/open-device.js';

export const devicesUnderTest: readonly DeviceName[] = ['reference', 'onnx-cpu'];

export async function withDevice<T>(name: DeviceName, body: (device: Device) => Promise<T>): Promise<T> {
  const device = await openDevice(name, { threads: 1 });
  try {
    return await body(device);
  } finally {
    await device.dispose();
  }
}
