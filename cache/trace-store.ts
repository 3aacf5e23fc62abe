/** Traces: what one key gave. A trace is written once all that it names is in the store, and read with suspicion. */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeChecked, encodeChecked } from './checked-json.js';
import { type Digest, parseDigest } from './digest.js';
import { type Layout, tracePath } from './layout.js';
import { hasObject } from './objects.js';
import { guard, StoreError, systemCode } from './store-error.js';
import { writeAtomically } from './temporary.js';

/** What JSON can hold. The store keeps it and never looks inside. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The stored result of one key. */
export interface Trace {
  readonly version: 1;
  /** 64 hexadecimal digits. */
  readonly key: string;
  /** All that entered the key, so that a later run can say what has changed. */
  readonly components: Json;
  /** Output port → content. */
  readonly outputs: Readonly<Record<string, Digest>>;
  readonly metrics: Readonly<Record<string, number>>;
  /** Rows dropped, cut or repaired, by reason. */
  readonly counts: Readonly<Record<string, number>>;
  /** Short texts for a person to see. */
  readonly displays: readonly { readonly title: string; readonly text: string }[];
  readonly warnings: readonly string[];
  /** Where it was made: device, versions. */
  readonly environment: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly duration_ms: number;
}

export interface TraceStore {
  /**
   * The result of `key`. A trace that cannot be read, is of another version or of another key, or an output of which
   * is not all in the store, is a miss, as is none at all.
   */
  get(key: string): Promise<Trace | undefined>;
  /**
   * As `get`, at once. Reading some small files in turn takes less time than waiting for a thread to read each.
   */
  getSync(key: string): Trace | undefined;
  /**
   * Stores a trace, in place of an earlier one of its key.
   * @throws StoreError `object-missing` when an output is not in the store
   * @throws TypeError when it is no sound trace, such as one with a metric that is not finite
   */
  put(trace: Trace): Promise<void>;
}

export function openTraceStore(layout: Layout): TraceStore {
  const getSync = (key: string): Trace | undefined => {
    const trace = readTrace(tracePath(layout, key));
    if (trace === undefined || trace.key !== key) return undefined;
    return Object.values(trace.outputs).every((digest) => hasObject(layout, digest)) ? trace : undefined;
  };
  return { getSync, get: async (key) => getSync(key), put: (trace) => putTrace(layout, trace) };
}

async function putTrace(layout: Layout, trace: Trace): Promise<void> {
  const path = tracePath(layout, trace.key);
  const text = encodeChecked(trace, refuseLossy, 1);
  if (decodeTrace(text) === undefined) throw new TypeError(`not a sound trace: ${text}`);
  for (const [port, digest] of Object.entries(trace.outputs)) {
    if (!hasObject(layout, digest)) {
      throw new StoreError(
        'object-missing',
        `the output ${port} of ${trace.key} is not in the store: ${digest}`,
        'run again; if it stays, please report a bug',
      );
    }
  }
  await guard('writing the store', layout.traces, async () => {
    await mkdir(dirname(path), { recursive: true });
    await writeAtomically(path, text, layout.tmp);
  });
}

/** JSON would write NaN and the infinities as `null`. */
function refuseLossy(name: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`a trace cannot hold ${value} (as "${name}")`);
  }
  return value;
}

/** `undefined` for a file that is not there, or holds no sound trace. */
export function readTrace(path: string): Trace | undefined {
  try {
    return decodeTrace(readFileSync(path, 'utf8'));
  } catch (error) {
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
}

function decodeTrace(text: string): Trace | undefined {
  const value = decodeChecked(text);
  return isTrace(value) ? value : undefined;
}

function isTrace(value: unknown): value is Trace {
  if (!isRecord(value)) return false;
  return (
    value.version === 1 &&
    typeof value.key === 'string' &&
    value.components !== undefined &&
    isRecordOf(value.outputs, (item) => typeof item === 'string' && parseDigest(item) !== undefined) &&
    isRecordOf(value.metrics, isNumber) &&
    isRecordOf(value.counts, isNumber) &&
    Array.isArray(value.displays) &&
    value.displays.every((item) => isRecord(item) && isText(item.title) && isText(item.text)) &&
    Array.isArray(value.warnings) &&
    value.warnings.every(isText) &&
    isRecordOf(value.environment, isText) &&
    isText(value.created) &&
    isNumber(value.duration_ms)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRecordOf(value: unknown, holds: (item: unknown) => boolean): boolean {
  return isRecord(value) && Object.values(value).every(holds);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
