/**
 * A file system that fails on demand: every operation of this process that writes below a folder is counted, and from a
 * given one on it fails, or kills the process. It stands between Node.js and whoever imports `node:fs`.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { sep } from 'node:path';

export type Fault =
  /** No space from there on: what makes or extends a file fails, half written; what removes one does not. */
  | { readonly kind: 'ENOSPC'; readonly at: number }
  /** One operation fails, half done where it can be. */
  | { readonly kind: 'EIO'; readonly at: number }
  /** Nothing can be written from there on. Cleaning up is not possible either, so the disk is left as by a crash. */
  | { readonly kind: 'crash'; readonly at: number }
  /** As a file system that is mounted read-only. */
  | { readonly kind: 'EROFS'; readonly at: number }
  | { readonly kind: 'kill'; readonly at: number };

export interface Faults {
  /** Operations since the last `arm` or `disarm`. */
  readonly count: () => number;
  readonly arm: (fault: Fault) => void;
  readonly disarm: () => void;
}

const needsSpace = new Set(['open', 'write', 'writeFile', 'sync', 'mkdir', 'link', 'symlink', 'copyFile', 'mkdtemp']);
/** Which argument names what is written to. */
const targets: Readonly<Record<string, number>> = {
  open: 0,
  writeFile: 0,
  appendFile: 0,
  mkdir: 0,
  mkdtemp: 0,
  rm: 0,
  unlink: 0,
  chmod: 0,
  utimes: 0,
  rename: 1,
  link: 1,
  symlink: 1,
  copyFile: 1,
};

/** Stands before all of `node:fs`; there is no way back but to end the process. `below`: an absolute path. */
export function installFaults(below: string): Faults {
  let count = 0;
  let fault: Fault | undefined;
  const descriptors = new Map<number, string>();

  /** Counts one operation; returns the error that it must fail with. */
  const strike = (operation: string, path: string): NodeJS.ErrnoException | undefined => {
    count++;
    if (fault === undefined || count < fault.at) return undefined;
    if (fault.kind === 'EIO' && count > fault.at) return undefined;
    if (fault.kind === 'ENOSPC' && !needsSpace.has(operation)) return undefined;
    if (fault.kind === 'kill') process.kill(process.pid, 'SIGKILL');
    const code = fault.kind === 'crash' ? 'EIO' : fault.kind;
    const text = `${code}: made up for a test, ${operation} '${path}'`;
    return Object.assign(new Error(text), { code, syscall: operation, errno: -5, path });
  };
  const concerns = (name: string, args: readonly unknown[]): string | undefined => {
    const path = args[targets[name]!];
    if (typeof path !== 'string' || !(path === below || path.startsWith(below + sep))) return undefined;
    const reads = name === 'open' && (args[1] === undefined || args[1] === 'r' || args[1] === fs.constants.O_RDONLY);
    return reads ? undefined : path;
  };

  // biome-ignore lint/suspicious/noExplicitAny: functions of every shape are wrapped alike
  type Any = any;
  for (const [name] of Object.entries(targets)) {
    const synchronous: Any = (fs as Any)[`${name}Sync`];
    (fs as Any)[`${name}Sync`] = (...args: unknown[]) => {
      const path = concerns(name, args);
      const error = path === undefined ? undefined : strike(name, path);
      if (error) {
        if (name === 'writeFile') synchronous(args[0], half(args[1]));
        throw error;
      }
      const result = synchronous(...args);
      if (name === 'open' && path !== undefined) descriptors.set(result, path);
      return result;
    };
    const promised: Any = (fs.promises as Any)[name];
    (fs.promises as Any)[name] = async (...args: unknown[]) => {
      const path = concerns(name, args);
      const error = path === undefined ? undefined : strike(name, path);
      if (error) throw error;
      const result = await promised(...args);
      return name === 'open' && path !== undefined ? wrapHandle(result, path, strike) : result;
    };
  }
  const writeSync: Any = fs.writeSync;
  (fs as Any).writeSync = (descriptor: number, data: unknown, ...rest: unknown[]) => {
    const path = descriptors.get(descriptor);
    const error = path === undefined ? undefined : strike('write', path);
    if (error) {
      writeSync(descriptor, half(data));
      throw error;
    }
    return writeSync(descriptor, data, ...rest);
  };
  syncBuiltinESMExports();
  return {
    count: () => count,
    arm(next) {
      count = 0;
      fault = next;
    },
    disarm() {
      count = 0;
      fault = undefined;
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a handle is passed through
function wrapHandle(handle: any, path: string, strike: (operation: string, path: string) => Error | undefined) {
  return new Proxy(handle, {
    get(target, name) {
      const member = target[name];
      if (typeof member !== 'function') return member;
      if (name !== 'write' && name !== 'writeFile' && name !== 'sync') return member.bind(target);
      return async (...args: unknown[]) => {
        const error = strike(name, path);
        // Only a loss of power would tell whether the device has it, and to wait for it is most of what a test takes.
        if (error === undefined) return name === 'sync' ? undefined : member.apply(target, args);
        if (name === 'writeFile') await target.writeFile(half(args[0]));
        throw error;
      };
    },
  });
}

/** The first half of what was to be written. */
function half(data: unknown): string | Uint8Array {
  const content = data as string | Uint8Array;
  return content.slice(0, content.length >> 1);
}
