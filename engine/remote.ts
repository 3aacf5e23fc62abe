/**
 * Source files that lie on another machine: `hf:owner/name@main/data/*.parquet`. What a revision such as `main` means is
 * looked up once and then pinned in the lock file, with the digest of every file, so that the next plan asks nobody.
 *
 * The engine knows patterns, pins and downloads; what a host is, and how it is asked, is handed in with the catalog.
 */
import type { Digest } from '../cache/digest.js';

/** A pattern, taken apart. */
export interface RemotePattern {
  /** Repository and revision, as written: `hf:owner/name@main`. */
  readonly location: string;
  /** Path or glob within it. */
  readonly path: string;
}

export interface RemoteFile {
  /** `/`-separated. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content, where the host tells it; the others are fetched to learn it, so they should be small. */
  readonly sha256?: string;
  /** What the host itself names the content by; `check` knows how. */
  readonly etag: string;
}

/** One sort of host, by the scheme of its patterns. Everything it throws for reasons of the user's is a `Failure`. */
export interface RemoteHost {
  /** Says what is wrong with a pattern, or takes it apart. No network. */
  parse(pattern: string): RemotePattern | { readonly problem: string; readonly hint?: string };
  /** The commit that the location's revision means now. */
  resolve(location: string): Promise<string>;
  /** All files at a commit. */
  list(location: string, commit: string): Promise<readonly RemoteFile[]>;
  /** The content of a file from byte `start` on. */
  read(location: string, commit: string, path: string, start: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Whether the file at `local` is the one that the host listed. For files of which it told no SHA-256. */
  check(file: RemoteFile, local: string): Promise<boolean>;
}

/** Scheme → host. */
export type Remotes = Readonly<Record<string, RemoteHost>>;

/** What a pattern was when it was pinned: the commit, and the files it matched, by their path. */
export interface Pin {
  readonly revision: string;
  readonly files: Readonly<Record<string, { readonly digest: Digest; readonly size: number }>>;
}

/** Pattern → pin, as the lock file holds them. */
export type Pins = Readonly<Record<string, Pin>>;

/** Where a source file comes from when the store has it not. */
export interface RemoteOrigin {
  readonly location: string;
  readonly revision: string;
  readonly path: string;
  readonly size: number;
}

/** The host of a pattern or location; `undefined` for a path of this machine. */
export function hostOf(text: string, remotes: Remotes | undefined): RemoteHost | undefined {
  const scheme = /^([a-z][a-z0-9]*):/.exec(text)?.[1];
  return scheme !== undefined && remotes && Object.hasOwn(remotes, scheme) ? remotes[scheme] : undefined;
}
