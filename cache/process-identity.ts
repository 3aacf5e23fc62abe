/**
 * Which process something belongs to, told so that a later process can see whether that one still lives. A process
 * number alone would not do: numbers are used again.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly pid: number;
  /** Name of the machine, as a person knows it. */
  readonly host: string;
  /** The space that `pid` counts in: the machine, and on Linux the container. Two spaces cannot see each other. */
  readonly space: string;
  /** When the process started, in the system's own terms, which differ between boots; empty where it cannot be known. */
  readonly start: string;
}

const host = hostname();
const space = `${host}/${attempt(() => readlinkSync('/proc/self/ns/pid')) ?? process.platform}`;
const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8)) ?? '';

export const thisProcess: ProcessIdentity = { pid: process.pid, host, space, start: startOf(process.pid) ?? '' };

/** Whether the process lives; `unknown` for one in a space that cannot be seen from here. */
export function processState(other: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (other.space !== space) return 'unknown';
  if (!receivesSignals(other.pid)) return 'dead';
  if (thisProcess.start === '' || other.start === '') return 'alive';
  return startOf(other.pid) === other.start ? 'alive' : 'dead';
}

function receivesSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start of a process, or `undefined` when there is none, or only the zombie that its parent has not yet waited for. */
function startOf(pid: number): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === undefined) return undefined;
  // The second field is the command's name in parentheses, and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return state === 'Z' || state === 'X' || started === undefined ? undefined : `${boot}-${started}`;
}

function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
