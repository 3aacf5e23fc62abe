/** Finds a run by what a person types: a run id, the start of one, an experiment's hash, or nothing for the latest. */
import { join } from 'node:path';
import { findProject } from '../project.js';
import { type RunRecord, readRecords, unreadableRecords } from '../record.js';
import { UsageError } from './output.js';

/** The folder that holds the records of the project that the current folder belongs to. */
export function runsDirectory(): string {
  return join(findProject(process.cwd()).storeRoot, 'runs');
}

const unreadableText = {
  newer: 'was recorded by a newer version of Lapidary, which this one cannot read: update it',
  damaged: 'has no record that can be read',
} as const;

/** The latest run that `text` names. A run that was interrupted counts, unless `status` asks for others only. */
export function findRun(text: string | undefined, status?: RunRecord['status']): RunRecord {
  const found = matchRun(text, status);
  if (found) return found;
  const directory = runsDirectory();
  const wanted = text?.toLowerCase();
  const unread = unreadableRecords(directory).find(({ run }) => wanted === undefined || run.startsWith(wanted));
  if (unread) throw new UsageError(`the run ${unread.run} ${unreadableText[unread.why]}`);
  throw new UsageError(
    text === undefined
      ? `no run is recorded in ${directory}`
      : `no run of the hash ${text} is recorded in ${directory}`,
  );
}

/** As `findRun`, or `undefined` when there is none. */
export function matchRun(text: string | undefined, status?: RunRecord['status']): RunRecord | undefined {
  const directory = runsDirectory();
  const wanted = text?.toLowerCase();
  if (wanted !== undefined && !/^[0-9a-f-]{4,}$/.test(wanted)) {
    throw new UsageError(`${text} is no hash: give at least 4 of its hexadecimal digits, or a run's id`);
  }
  const matches: RunRecord[] = [];
  for (const record of readRecords(directory)) {
    if (status && record.status !== status) continue;
    if (wanted === undefined) return record;
    if (record.run === wanted) return record;
    if (record.experiment.startsWith(wanted) || record.run.startsWith(wanted)) matches.push(record);
  }
  const experiments = new Set(matches.map(({ experiment }) => experiment));
  if (experiments.size > 1) {
    const names = [...experiments].map((hash) => hash.slice(0, 16)).join(', ');
    throw new UsageError(`${text} may mean several experiments: ${names}; give more digits`);
  }
  return matches[0];
}
