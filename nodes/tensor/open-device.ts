/** Opens the devices by name. Their libraries are loaded only here, when they are asked for. */
import { existsSync } from 'node:fs';
import { Failure } from '../../engine/failure.js';
import type { Device, DeviceName, DeviceOptions } from './device.js';

/**
 * Opens a device. `auto` takes the first that works of: `tensorflow` when it sees a GPU, `onnx-cuda`, `onnx-webgpu` on a
 * hardware adapter, `onnx-cpu`. Throws Failure `device-not-available` when the device cannot be used here.
 */
export async function openDevice(name: DeviceName | 'auto', options: DeviceOptions): Promise<Device> {
  switch (name) {
    case 'auto':
      return openFirst(options);
    case 'reference': {
      const { createReferenceDevice } = await import('./devices/reference.js');
      return createReferenceDevice();
    }
    case 'tensorflow': {
      const { createTensorflowDevice } = await import('./devices/tensorflow.js');
      return createTensorflowDevice();
    }
    case 'onnx-cpu': {
      const { createOnnxDevice } = await import('./devices/onnx.js');
      return createOnnxDevice({ name, provider: 'cpu', ...options });
    }
    case 'onnx-cuda':
    case 'onnx-webgpu': {
      const { createOnnxDevice } = await import('./devices/onnx.js');
      const provider = name === 'onnx-cuda' ? 'cuda' : 'webgpu';
      const device = createOnnxDevice({ name, provider, ...options });
      await assertWorks(device);
      return device;
    }
  }
}

async function openFirst(options: DeviceOptions): Promise<Device> {
  if (hasGpuDriver()) {
    for (const name of ['tensorflow', 'onnx-cuda', 'onnx-webgpu'] as const) {
      const device = await openDevice(name, options).catch(passOverUnavailable);
      if (!device) continue;
      if (name !== 'tensorflow' || (await import('./devices/tensorflow.js')).tensorflowSeesGpu()) return device;
      await device.dispose();
    }
  }
  return openDevice('onnx-cpu', options);
}

function passOverUnavailable(error: unknown): undefined {
  if (error instanceof Failure && error.code === 'device-not-available') return undefined;
  throw error;
}

/** Whether a GPU may be here. Linux shows its devices; elsewhere there is nearly always one. */
function hasGpuDriver(): boolean {
  if (process.platform !== 'linux') return true;
  return ['/dev/nvidia0', '/dev/dxg', '/dev/dri/renderD128'].some((path) => existsSync(path));
}

/** A provider may be named by ONNX Runtime and still have no hardware to run on; adding two numbers tells. */
async function assertWorks(device: Device): Promise<void> {
  try {
    const { tf } = await import('./tf.js');
    const { float32 } = await import('./host-tensor.js');
    const state = device.createState({ total: float32([], [1]) });
    const program = device.program('probe', (held, inputs) => {
      const total = tf.add(held.total!, inputs.x!);
      return { state: { total }, outputs: { total } };
    });
    await program.run(state, { x: float32([], [2]) });
    const total = (await state.read()).total?.data[0];
    if (total !== 3) throw new Error(`1 + 2 gave ${total}`);
    state.dispose();
    await program.dispose();
  } catch (error) {
    await device.dispose();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(
      'device-not-available',
      `The device '${device.name}' does not work here: ${reason}`,
      'Choose the device onnx-cpu, which runs everywhere.',
    );
  }
}
