/**
 * Checkpoints of a training run: everything that it needs to go on as if it had never stopped. A checkpoint is a folder
 * that appears whole: it is written under another name, synced, renamed.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openSafetensors } from '../format/safetensors.js';
import { writeSafetensors } from '../format/safetensors-writer.js';
import type { HostTensor, HostTensors } from '../tensor/device.js';
import type { Evaluations } from './evaluation.js';
import type { Sample } from './samples.js';

/** What has been done so far, besides the tensors. */
export interface Progress {
  /** Updates made. */
  readonly step: number;
  /** Sums for the mean loss that is reported at the end. */
  readonly lossSum: number;
  readonly lossTokens: number;
  /** Tokens read so far. */
  readonly tokens: number;
  readonly evaluations: Evaluations;
  /** Texts that the model wrote on the way. */
  readonly samples: readonly Sample[];
  /** The same work on another kind of device gives other bits; a run goes on only where it began. */
  readonly device: string;
}

/** `Done` is what a kind of training tells of its progress; other kinds than `fit` have their own. */
export interface Checkpoint<Done extends { readonly step: number } = Progress> {
  readonly progress: Done;
  /** Weights and optimiser state. */
  readonly tensors: HostTensors;
  /** The weights of the best evaluation, where they are wanted in the end. */
  readonly best: HostTensors | undefined;
}

const prefix = 'checkpoint-';
const tensorsFile = 'state.safetensors';
const progressFile = 'progress.json';
const layout = 3;

/** Prefix of the best weights among the tensors. */
const bestPrefix = 'best:';

/** Keeps a checkpoint, and removes those before it. */
export async function saveCheckpoint<Done extends { readonly step: number }>(
  scratch: string,
  { progress, tensors, best = {} }: Checkpoint<Done>,
): Promise<void> {
  const final = join(scratch, `${prefix}${progress.step}`);
  const draft = join(scratch, `draft-${process.pid}`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  const bestTensors = Object.fromEntries(Object.entries(best).map(([name, tensor]) => [bestPrefix + name, tensor]));
  await writeSafetensors(join(draft, tensorsFile), { ...tensors, ...bestTensors }, { sync: true });
  const sha256 = await hashFile(join(draft, tensorsFile));
  await writeSynced(join(draft, progressFile), JSON.stringify({ version: layout, sha256, progress }));
  await syncFolder(draft);
  await rm(final, { recursive: true, force: true });
  await rename(draft, final);
  await syncFolder(scratch);
  for (const { name, step } of await listCheckpoints(scratch)) {
    if (step !== progress.step) await rm(join(scratch, name), { recursive: true, force: true });
  }
}

/** The latest checkpoint that is whole; `undefined` where there is none. */
export async function loadCheckpoint<Done extends { readonly step: number } = Progress>(
  scratch: string,
): Promise<Checkpoint<Done> | undefined> {
  for (const { name } of await listCheckpoints(scratch)) {
    const checkpoint = await readCheckpoint<Done>(join(scratch, name));
    if (checkpoint) return checkpoint;
  }
  return undefined;
}

/** Latest first. */
async function listCheckpoints(scratch: string): Promise<{ name: string; step: number }[]> {
  const names = await readdir(scratch);
  return names
    .filter((name) => /^checkpoint-\d+$/.test(name))
    .map((name) => ({ name, step: Number(name.slice(prefix.length)) }))
    .sort((a, b) => b.step - a.step);
}

/** A checkpoint that cannot be read, or whose bytes are not those that were written, is as good as none. */
async function readCheckpoint<Done extends { readonly step: number }>(
  folder: string,
): Promise<Checkpoint<Done> | undefined> {
  try {
    const { version, sha256, progress } = JSON.parse(await readFile(join(folder, progressFile), 'utf8'));
    if (version !== layout || sha256 !== (await hashFile(join(folder, tensorsFile)))) return undefined;
    const file = await openSafetensors(join(folder, tensorsFile));
    try {
      const tensors: Record<string, HostTensor> = {};
      const best: Record<string, HostTensor> = {};
      for (const name of file.entries.keys()) {
        const isBest = name.startsWith(bestPrefix);
        (isBest ? best : tensors)[isBest ? name.slice(bestPrefix.length) : name] = await file.read(name);
      }
      return { progress, tensors, best: Object.keys(best).length > 0 ? best : undefined };
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder, and needs no such sync.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
