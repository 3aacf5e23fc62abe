/**
 * Temporary files: named after the process that writes them, so that what a killed process left behind is known as
 * waste, and what a living one is writing is left alone.
 */
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProcessIdentity, processState, thisProcess } from './process-identity.js';

/** After this time no single file is still being written. */
const abandonedAfter_ms = 24 * 60 * 60 * 1000;

const suffix = `${spaceTag(thisProcess.space)}.${thisProcess.pid}.${thisProcess.start || 'x'}`;

/** A name that nobody else has, with an optional prefix that tells what it is for. */
export function temporaryName(prefix = 't'): string {
  return `${prefix}.${randomBytes(6).toString('hex')}.${suffix}`;
}

/** The writer that a temporary name tells of, or `undefined` when it is no such name. */
function writerOf(name: string): ProcessIdentity | undefined {
  const match = /\.[0-9a-f]{12}\.([0-9a-f]{8})\.(\d+)\.([^.]+)$/.exec(name);
  if (match === null) return undefined;
  const space = match[1] === spaceTag(thisProcess.space) ? thisProcess.space : `another: ${match[1]}`;
  return { pid: Number(match[2]), host: '', space, start: match[3] === 'x' ? '' : match[3]! };
}

function spaceTag(space: string): string {
  return createHash('sha256').update(space).digest('hex').slice(0, 8);
}

/**
 * Removes from `directory` the temporary files whose writer is dead, or which are older than a day. Only names that
 * start with `prefix` are looked at. What cannot be removed stays: the next sweep may be luckier.
 */
export async function sweepTemporary(directory: string, prefix = ''): Promise<void> {
  for (const name of await readdir(directory)) {
    const writer = name.startsWith(prefix) ? writerOf(name) : undefined;
    if (writer === undefined || isThisProcess(writer)) continue;
    const path = join(directory, name);
    const state = processState(writer);
    if (state === 'dead' || (await isAbandoned(path))) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

function isThisProcess({ space, pid, start }: ProcessIdentity): boolean {
  return space === thisProcess.space && pid === thisProcess.pid && start === thisProcess.start;
}

async function isAbandoned(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  return stat !== undefined && Date.now() - Math.max(stat.mtimeMs, stat.ctimeMs) > abandonedAfter_ms;
}

/** Writes a file so that `path` holds either what it held before or all of `bytes`, also after a loss of power. */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array | string,
  temporaryDirectory: string,
): Promise<void> {
  const temporary = join(temporaryDirectory, temporaryName());
  try {
    await writeNew(temporary, bytes, 0o666);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Writes a file that must not exist yet, and waits until the device has it. */
export async function writeNew(path: string, bytes: Uint8Array | string, mode: number): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
