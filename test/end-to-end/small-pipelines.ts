/** The pipelines of learning from feedback, so small that they learn next to nothing: that they run, and hang together. */
import { cpSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Test } from 'tap';
import { makeRig } from '../engine/fake/rig.js';
import { assertDone, main, type Outcome, onDevice, type Rig } from './rig.js';

/** A folder that holds the pipelines and their scripts. */
export function makePipelines(t: Test): Rig {
  const rig = makeRig(t, {}, main);
  cpSync(resolve('pipelines'), rig.directory, { recursive: true });
  return rig;
}

const small = { texts: 1000, prompts: 10, width: 64, layers: 1, steps: 60, updates: 2 };

export async function runSmall(
  t: Test,
  rig: Rig,
  name: string,
  params: Readonly<Record<string, string | number>> = {},
): Promise<Outcome> {
  const overrides = Object.entries({ ...small, ...params }).flatMap(([key, value]) => ['-p', `${key}=${value}`]);
  const outcome = await rig.lapidary('run', `${name}.yaml`, '--json', ...overrides, ...onDevice);
  assertDone(t, outcome);
  return outcome;
}

/** Of the last run. */
export async function metricsOf(rig: Rig): Promise<Record<string, Record<string, number>>> {
  return JSON.parse((await rig.lapidary('metrics', '--json')).stdout);
}
