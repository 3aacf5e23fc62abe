/** A node's work as plain data: what an executor needs to run it, in this process or in another. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../cache/digest.js';
import type { FailureReport, NodeMessage } from './event.js';
import type { ArtifactType, SourceFile } from './kind.js';
import type { JsonObject } from './spec.js';

export interface Job {
  readonly kind: string;
  /** Absolute path of the bundle of the user's code that it runs. */
  readonly code?: string;
  readonly config: JsonObject;
  readonly inputs: Readonly<Record<string, readonly { readonly type: ArtifactType; readonly digest: Digest }[]>>;
  readonly sources: readonly SourceFile[];
  /** Output port → absolute path where it must be written. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Outlives a crash. */
  readonly scratch: string;
  readonly storeRoot: string;
  readonly device: string;
  readonly threads: number;
  /** GPU ids leased to the node; what CUDA_VISIBLE_DEVICES is set to in its worker. */
  readonly gpus: readonly string[];
}

export type JobOutcome =
  | { readonly status: 'done'; readonly metrics: Readonly<Record<string, number>> }
  | { readonly status: 'failed'; readonly failure: FailureReport }
  /** It was asked to leave, and did, after a checkpoint if it had something to keep. */
  | { readonly status: 'stopped' };

/** Runs jobs of one sort: in this process, or in one of their own. */
export type Executor = (job: Job, emit: (message: NodeMessage) => void, signal: AbortSignal) => Promise<JobOutcome>;

/** The folders of a job inside `work/<key>/`. */
export function jobFolders(workDirectory: string): { readonly outputs: string; readonly scratch: string } {
  return { outputs: join(workDirectory, 'out'), scratch: join(workDirectory, 'scratch') };
}

/** Throws away what an interrupted attempt may have left at the outputs; its scratch stays. */
export async function clearOutputs(workDirectory: string): Promise<void> {
  await rm(jobFolders(workDirectory).outputs, { recursive: true, force: true });
}
