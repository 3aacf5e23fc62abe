/** Ctrl-C and SIGTERM as an `AbortSignal`: the first asks the run to checkpoint and leave, a second one leaves at once. */
import { exitCodes } from './output.js';

export function stopSignal(quiet: boolean): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
    if (!quiet) process.stderr.write('\nstopping after a checkpoint; once more to stop at once\n');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  return {
    signal: controller.signal,
    dispose() {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeListener(name, stop);
    },
  };
}
