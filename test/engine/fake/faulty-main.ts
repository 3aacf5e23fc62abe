/** The command line over the fake kinds, on a file system that fails: LAPIDARY_TEST_FAULT is `kind:at`. */
import { type Fault, installFaults } from './faults.js';

const faults = installFaults(process.cwd());
const [kind, at] = process.env.LAPIDARY_TEST_FAULT!.split(':');
faults.arm({ kind, at: Number(at) } as Fault);
await import('./main.js');
