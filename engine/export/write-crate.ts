/** Writes a run as a crate that stands by itself: metadata, pipeline, record, and all that nodes have made. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { digestForm, parseDigest } from '../../cache/digest.js';
import type { Store } from '../../cache/store.js';
import { stringify } from '../json.js';
import type { RunRecord } from '../record.js';
import { roCrate } from './ro-crate.js';

/** Returns the outputs that the store does not hold any more, as `node.port`. `folder` is made when it is not there. */
export async function writeCrate(record: RunRecord, store: Store, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const data = new Map<string, string>();
  const missing: string[] = [];
  for (const [id, { outputs = {} }] of Object.entries(record.nodes)) {
    for (const [port, text] of Object.entries(outputs)) {
      const digest = parseDigest(text);
      if (digest === undefined || data.has(text)) continue;
      if (!store.hasSync(digest)) {
        missing.push(`${id}.${port}`);
        continue;
      }
      const path = `data/${encodeURIComponent(id)}/${port}`;
      await mkdir(join(folder, path, '..'), { recursive: true });
      await store.restore(digest, join(folder, path));
      data.set(text, digestForm(digest) === 'directory' ? `${path}/` : path);
    }
  }
  await writeFile(join(folder, basename(record.pipeline.file)), record.pipeline.text);
  await writeFile(join(folder, 'record.json'), `${stringify(record, 1)}\n`);
  await writeFile(join(folder, 'ro-crate-metadata.json'), `${JSON.stringify(roCrate(record, { data }), null, 2)}\n`);
  return missing;
}
