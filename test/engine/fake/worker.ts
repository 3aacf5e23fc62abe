import { serveWorker } from '../../../engine/worker.js';
import { fakeCatalog } from './catalog.js';

serveWorker(fakeCatalog);
