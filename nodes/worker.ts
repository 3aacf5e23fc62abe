/** What a worker process starts from. */
import { serveWorker } from '../engine/worker.js';
import { catalog } from './catalog.js';

serveWorker(catalog);
