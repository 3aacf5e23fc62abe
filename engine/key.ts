/**
 * Keys, recipes and experiments: three hashes over the same components.
 *
 * The key is over the digests of a node's inputs, so it is known once they exist; an upstream node that reruns and
 * yields the same bytes leaves it as it was. The recipe is over the recipes of its inputs, so it is known before
 * anything runs. The experiment is over the recipes of a whole pipeline.
 */
import { type CanonicalValue, digestCanonical } from '../cache/canonical.js';
import { type Digest, digestHex } from '../cache/digest.js';
import type { SourceFile } from './kind.js';
import type { JsonObject, ResolvedNode } from './spec.js';

/** All that the result of a node may depend on. Field names are kept in the hash, so no two fields can be mistaken. */
export interface KeyComponents {
  readonly kind: string;
  readonly version: number;
  readonly config: JsonObject;
  /** Port → digests of what is wired to it, in the order written. */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  /** Name and digest of each file read from outside the store, sorted by name. */
  readonly sources: readonly { readonly name: string; readonly digest: string }[];
  readonly environment: Readonly<Record<string, string>>;
  /** Digest of the user's code that runs, bundled. */
  readonly code?: string;
  /** Only where the node asks that results of another device be not reused. */
  readonly device?: string;
}

/** The components of `node`, given what stands at its inputs: digests for a key, recipes for a recipe. */
export function keyComponents(
  node: ResolvedNode,
  inputs: Readonly<Record<string, readonly string[]>>,
  sources: readonly Pick<SourceFile, 'name' | 'digest'>[],
  device: string,
): KeyComponents {
  return {
    kind: node.kind.name,
    version: node.kind.version,
    config: node.config,
    inputs,
    sources: sources.map(({ name, digest }) => ({ name, digest })),
    environment: node.environment,
    ...(node.code ? { code: node.code.digest } : {}),
    ...(node.cache.matchDevice ? { device } : {}),
  };
}

/** 64 hex digits. */
export function keyOf(components: KeyComponents): string {
  return hash('lapidary/key/1', components);
}

/** 64 hex digits. `components.inputs` must hold `recipe.port` in place of digests. */
export function recipeOf(components: KeyComponents): string {
  return hash('lapidary/recipe/1', components);
}

/** 64 hex digits: the hash that names an experiment. */
export function experimentOf(recipes: Readonly<Record<string, string>>): string {
  return hash('lapidary/experiment/1', recipes);
}

function hash(domain: string, value: object): string {
  return digestHex(digestCanonical(domain, value as CanonicalValue) as Digest);
}
