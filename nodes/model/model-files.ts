/** The files of a model, wherever they lie: in the store, or in a folder. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import type { JsonObject } from './hugging-face-config.js';

export type ModelFiles = Pick<Artifact, 'type' | 'path' | 'entries'>;

export function filesInFolder(folder: string): ModelFiles {
  const names = readdirSync(folder).sort();
  return { type: 'model', entries: () => names, path: (name) => join(folder, name ?? '') };
}

/** Throws `Failure` where the file holds anything but a JSON object. */
export async function readJson(path: string, shown: string): Promise<JsonObject> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Failure('model-invalid', `The model's ${shown} is not a JSON object.`);
}
