/** Writes the model of these tests into a folder: `node write-model.js FOLDER`. See fixtures/make.py. */
import { cpSync } from 'node:fs';
import { makeHarnessModel } from './harness-model.js';

cpSync(await makeHarnessModel(), process.argv[2]!, { recursive: true });
