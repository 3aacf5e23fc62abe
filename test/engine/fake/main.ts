/** The real command line over the fake kinds. */
import { main } from '../../../engine/cli/main.js';
import { fakeCatalog } from './catalog.js';

process.exitCode = await main(fakeCatalog, process.argv.slice(2));
