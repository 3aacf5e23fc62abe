/** A pipeline whose remote sources are patterns → one whose every file has a digest, from the lock file or by asking. */
import { compareCodePoints } from '../cache/code-point-order.js';
import { type Digest, makeDigest } from '../cache/digest.js';
import type { Store } from '../cache/store.js';
import { download } from './download.js';
import { Failure } from './failure.js';
import { globMatcher, isPattern } from './glob.js';
import { suggest } from './nearest.js';
import { hostOf, type Pin, type Pins, type RemoteFile, type RemoteHost, type Remotes } from './remote.js';
import type { Pipeline, ResolvedNode } from './spec.js';

export interface PinOptions {
  readonly remotes: Remotes | undefined;
  readonly store: Store;
  /** What the lock file holds. */
  readonly pins: Pins;
  /** Nobody is asked: what is not pinned is an error. */
  readonly frozen?: boolean;
  /** Revisions are looked up anew, whatever the lock file says. */
  readonly update?: boolean;
}

export interface PinnedPipeline {
  readonly pipeline: Pipeline;
  /** The pins of this pipeline's patterns, and no others. */
  readonly pins: Pins;
}

/** Throws `Failure` where a host cannot be asked, or has no such file. */
export async function pinSources(pipeline: Pipeline, options: PinOptions): Promise<PinnedPipeline> {
  const written = pipeline.nodes.flatMap(({ remote }) => remote).filter((pattern) => !pattern.startsWith('!'));
  const patterns = [...new Set(written)].sort(compareCodePoints);
  if (patterns.length === 0) return { pipeline, pins: {} };
  const pins: Record<string, Pin> = {};
  const commits = new Map<string, Promise<string>>();
  for (const pattern of patterns) {
    const held = options.update || !Object.hasOwn(options.pins, pattern) ? undefined : options.pins[pattern];
    pins[pattern] = held ?? (await pinPattern(pattern, commits, options));
  }
  return { pipeline: { ...pipeline, nodes: pipeline.nodes.map((node) => withFiles(node, pins, options)) }, pins };
}

function withFiles(node: ResolvedNode, pins: Pins, { store, remotes }: PinOptions): ResolvedNode {
  if (node.remote.length === 0) return node;
  const found = new Map<string, ResolvedNode['files'][number]>();
  for (const pattern of node.remote) {
    const bare = pattern.replace(/^!/, '');
    const { location, path: glob } = partsOf(bare, hostOf(bare, remotes)!);
    if (bare !== pattern) {
      const matches = globMatcher(glob);
      for (const { name, origin } of [...found.values()]) {
        if (origin?.location === location && matches(origin.path)) found.delete(name);
      }
      continue;
    }
    const { revision, files } = pins[pattern]!;
    for (const [path, { digest, size }] of Object.entries(files)) {
      const name = `${location}/${path}`;
      found.set(name, { name, path: store.fileOf(digest), digest, origin: { location, revision, path, size } });
    }
  }
  if (found.size === 0) {
    throw new Failure('remote-not-found', `The patterns of ${node.id} that begin with \`!\` take every file away.`);
  }
  const files = [...node.files, ...found.values()].sort((a, b) => compareCodePoints(a.name, b.name));
  return { ...node, files };
}

async function pinPattern(pattern: string, commits: Map<string, Promise<string>>, options: PinOptions): Promise<Pin> {
  if (options.frozen) {
    throw new Failure(
      'frozen-lock-differs',
      `${pattern} is not pinned in the lock file.`,
      'Run once without --frozen, look at the change of the lock file, and commit it.',
    );
  }
  const host = hostOf(pattern, options.remotes)!;
  const { location, path } = partsOf(pattern, host);
  // All patterns of one revision are of one commit.
  const known = options.update ? undefined : commitOf(location, host, options.pins);
  if (!commits.has(location)) commits.set(location, known ? Promise.resolve(known) : host.resolve(location));
  const revision = await commits.get(location)!;
  const listed = await host.list(location, revision);
  const matches = globMatcher(path);
  const found = listed.filter((file) => (isPattern(path) ? matches(file.path) : file.path === path));
  if (found.length === 0) throw noFile(location, path, listed);
  const files: Record<string, { digest: Digest; size: number }> = {};
  for (const file of found.sort((a, b) => compareCodePoints(a.path, b.path))) {
    files[file.path] = { digest: await digestOf(file, location, revision, host, options.store), size: file.size };
  }
  return { revision, files };
}

function commitOf(location: string, host: RemoteHost, pins: Pins): string | undefined {
  return Object.entries(pins).find(([pattern]) => {
    const parts = host.parse(pattern);
    return 'location' in parts && parts.location === location;
  })?.[1].revision;
}

async function digestOf(file: RemoteFile, location: string, commit: string, host: RemoteHost, store: Store) {
  if (file.sha256 !== undefined) return makeDigest('file', file.sha256);
  const wanted = (local: string) => host.check(file, local);
  return download(store, { host, location, commit, file, wanted, signal: new AbortController().signal });
}

function partsOf(pattern: string, host: RemoteHost) {
  const parts = host.parse(pattern);
  if ('problem' in parts) throw new Failure('remote-not-found', `${pattern} ${parts.problem}.`, parts.hint);
  return parts;
}

function noFile(location: string, path: string, listed: readonly RemoteFile[]): Failure {
  const paths = listed.map((file) => file.path);
  const near = isPattern(path) ? `It has ${paths.slice(0, 8).join(', ')}.` : suggest(path, paths, 'It has');
  return new Failure('remote-not-found', `${location} has no file ${path}.`, near);
}
