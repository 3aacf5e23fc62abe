/** Writes the generated files: `npm run reference`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { catalog } from './catalog.js';
import { referenceFiles } from './reference.js';

for (const [path, text] of Object.entries(referenceFiles([...catalog.kinds.values()]))) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
