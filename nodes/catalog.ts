/** All the kinds that Lapidary comes with, handed to the engine at one place. */
import type { Catalog, Kind } from '../engine/kind.js';
import { adapterKinds } from './adapters/kinds.js';
import { cardKinds } from './card/kinds.js';
import { classifierKinds } from './classifier/kinds.js';
import { commandKinds } from './command/kinds.js';
import { dataKinds } from './data/kinds.js';
import { divergenceKinds } from './divergence/kinds.js';
import { evaluateKinds } from './evaluate/kinds.js';
import { generateKinds } from './generate/kinds.js';
import { harnessKinds } from './harness/kinds.js';
import { huggingFace } from './hub/hugging-face.js';
import { judgeKinds } from './judge/kinds.js';
import { labelKinds } from './label/kinds.js';
import { modelKinds } from './model/kinds.js';
import { preferenceKinds } from './preference/kinds.js';
import { reportKinds } from './report/kinds.js';
import { rewardKinds } from './reward/kinds.js';
import { reinforcementKinds } from './rl/kinds.js';
import { sampleKinds } from './sample/kinds.js';
import { type DeviceName, deviceNames } from './tensor/device.js';
import { tokenizerKinds } from './tokenizer/kinds.js';
import { trainKinds } from './train/kinds.js';
import { userApi } from './user-api.js';
import { verdictKinds } from './verdict/kinds.js';

const kinds: readonly Kind[] = [
  ...dataKinds,
  ...labelKinds,
  ...tokenizerKinds,
  ...modelKinds,
  ...adapterKinds,
  ...trainKinds,
  ...classifierKinds,
  ...preferenceKinds,
  ...rewardKinds,
  ...reinforcementKinds,
  ...generateKinds,
  ...sampleKinds,
  ...evaluateKinds,
  ...harnessKinds,
  ...judgeKinds,
  ...divergenceKinds,
  ...reportKinds,
  ...cardKinds,
  ...verdictKinds,
  ...commandKinds,
];

export const catalog: Catalog = {
  kinds: new Map(kinds.map((kind) => [kind.name, kind])),
  remotes: { hf: huggingFace },
  workerEntry: new URL('./worker.js', import.meta.url),
  userApi: { values: userApi, types: new URL('./user-api.d.ts', import.meta.url) },
  devices: deviceNames,
  async resolveDevice(name) {
    const { openDevice } = await import('./tensor/open-device.js');
    const device = await openDevice(name as DeviceName | 'auto', { threads: 1 });
    await device.dispose();
    return device.name;
  },
  async describeDifference(name, beforePath, afterPath) {
    if (!name.endsWith('.safetensors')) return undefined;
    const { safetensorsDifference } = await import('./format/safetensors-difference.js');
    return safetensorsDifference(beforePath, afterPath);
  },
  openLogDirectory: async (folder) => (await import('./tensorboard/log-directory.js')).openLogDirectory(folder),
  probeDevices: async () => (await import('./tensor/probe-devices.js')).probeDevices(),
};
