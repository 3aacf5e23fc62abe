/** The worker's side of `describe.ts`. */
import { pathToFileURL } from 'node:url';
import type { Loaded } from './describe.js';
import { describeExports } from './description.js';

export async function loadAndDescribe(bundle: string): Promise<Loaded> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = await import(pathToFileURL(bundle).href);
  } catch (error) {
    if (!(error instanceof Error)) return { status: 'threw', message: `it threw ${String(error)}`, stack: '' };
    return { status: 'threw', message: `${error.name}: ${error.message}`, stack: error.stack ?? '' };
  }
  return { status: 'described', description: describeExports(exports) };
}
