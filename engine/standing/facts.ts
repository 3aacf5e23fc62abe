/** What a plan was made of, apart from the store: while all of it holds, planning again would give the same plan. */
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Digest, digestBytes } from '../../cache/digest.js';
import type { Kind, SourceSpec } from '../kind.js';
import { lockPath } from '../lock-file.js';
import { expandSources } from '../source-files.js';
import type { Pipeline, ResolvedNode } from '../spec.js';
import { lapidaryVersion } from '../version.js';

export interface Facts {
  /** The program that has planned, and the kinds that it knew, as far as they can be written down. */
  readonly program: string;
  readonly device: string;
  /** Of the text of the pipeline. */
  readonly pipeline: Digest;
  /** Of the text of the lock file beside it. */
  readonly lock: Digest;
  /** Variables that were looked at, `null` for one that was not set. */
  readonly environment: Pipeline['variables'];
  /** Source files as nodes name them, and what they were; told once for all that name the same. */
  readonly sources: readonly {
    readonly folder: string;
    readonly specs: readonly SourceSpec[];
    readonly files: readonly SourceFact[];
  }[];
}

interface SourceFact {
  readonly name: string;
  readonly path: string;
  readonly digest: Digest;
}

export interface Program {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly device: string;
}

export interface Now extends Program {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly digestFile: (path: string) => Promise<Digest>;
}

/** `sourcesOf` gives the files of a node as they were when it was planned. */
export function factsOf(
  pipeline: Pipeline,
  lock: Digest,
  sourcesOf: (node: ResolvedNode) => readonly SourceFact[],
  using: Program,
): Facts {
  const sources = new Map<string, Facts['sources'][number]>();
  for (const node of pipeline.nodes) {
    if (node.sources.length === 0) continue;
    const [folder, specs] = [dirname(node.source.file), node.sources];
    const files = sourcesOf(node).map(({ name, path, digest }) => ({ name, path, digest }));
    sources.set(JSON.stringify([folder, specs]), { folder, specs, files });
  }
  return {
    program: nameOf(using),
    device: using.device,
    pipeline: digestBytes(pipeline.text),
    lock,
    environment: pipeline.variables,
    sources: [...sources.values()],
  };
}

/** Whether all of it holds for the pipeline in `file`, which has the digest `pipeline` now. Sources are read again where `digestFile` does not know better. */
export async function stillHold(facts: Facts, file: string, pipeline: Digest, now: Now): Promise<boolean> {
  if (facts.program !== nameOf(now) || facts.device !== now.device) return false;
  if (facts.pipeline !== pipeline || facts.lock !== digestOf(lockPath(file))) return false;
  const { environment } = now;
  if (Object.entries(facts.environment).some(([name, value]) => (environment[name] ?? null) !== value)) return false;
  for (const { folder, specs, files } of facts.sources) {
    const found = await expandSources(specs, folder);
    if (found.missing.length > 0 || found.files.length !== files.length) return false;
    for (const [index, { name, path }] of found.files.entries()) {
      const known = files[index]!;
      if (name !== known.name || path !== known.path || (await now.digestFile(path)) !== known.digest) return false;
    }
  }
  return true;
}

/** While Lapidary itself is worked on, its version stays and the time of compiling tells. */
function nameOf({ kinds }: Program): string {
  const compiled = statSync(new URL('../../.tsbuildinfo', import.meta.url), { throwIfNoEntry: false });
  const known = [...kinds.values()].map(({ name, version, schema }) => [name, version, schema]);
  return `${lapidaryVersion} ${compiled?.mtimeMs ?? ''} ${digestBytes(JSON.stringify(known))}`;
}

function digestOf(path: string): Digest | undefined {
  try {
    return digestBytes(readFileSync(path));
  } catch {
    return undefined;
  }
}
