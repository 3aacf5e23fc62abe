/** What nodes log while they run, as a folder for TensorBoard: `<folder>/<run>/<node>/events.out.tfevents.…`. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '../../engine/event.js';
import type { EventSink } from '../../engine/kind.js';
import { scalarsRecord, versionRecord } from './event-file.js';

/**
 * Throws where the folder cannot be made. A file is begun with a node's first reading. Each reading is written at once, so that TensorBoard shows a run as it goes
 * on. The final metrics of a node come at its last step.
 */
export function openLogDirectory(folder: string, nowMs: () => number = Date.now): EventSink {
  mkdirSync(folder, { recursive: true });
  const files = new Map<string, { readonly file: number; lastStep: number }>();
  let run = 'run';
  const fileOf = (node: string) => {
    const open = files.get(node);
    if (open) return open;
    const directory = join(folder, run, node);
    mkdirSync(directory, { recursive: true });
    const name = `events.out.tfevents.${Math.floor(nowMs() / 1000)}.${hostname()}.${process.pid}.0`;
    const begun = { file: openSync(join(directory, name), 'a'), lastStep: 0 };
    writeSync(begun.file, versionRecord(nowMs() / 1000));
    files.set(node, begun);
    return begun;
  };
  // A full disk must not end a run that only wanted to be watched.
  let broken = false;
  const write = (node: string, step: number, values: Readonly<Record<string, number>>) => {
    if (broken) return;
    try {
      const open = fileOf(node);
      writeSync(open.file, scalarsRecord(nowMs() / 1000, step, values));
      open.lastStep = Math.max(open.lastStep, step);
    } catch (error) {
      broken = true;
      process.emitWarning(`${folder} is no longer written: ${(error as Error).message}`);
    }
  };
  return {
    event(event: RunEvent) {
      if (event.event === 'run.started') run = event.run;
      if (event.event === 'node.log') write(event.node, event.step, event.values);
      if (event.event !== 'node.finished') return;
      const metrics = event.status === 'executed' || event.status === 'cached' ? event.metrics : {};
      const named = Object.entries(metrics).map(([name, number]) => [`metrics/${name}`, number] as const);
      if (named.length > 0) write(event.node, files.get(event.node)?.lastStep ?? 0, Object.fromEntries(named));
    },
    close() {
      for (const { file } of files.values()) closeSync(file);
      files.clear();
    },
  };
}
