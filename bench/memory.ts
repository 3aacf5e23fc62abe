/**
 * Peak memory of a training step: as estimated from the graph before it runs, and as measured.
 *
 *   npm run build && node dist/bench/memory.js [--models 0.9M,12M,135M] [--batch 8]
 *
 * Each measurement is a process of its own: all of a step's forms at each size.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inProcess } from './peers.js';

const { values: options } = parseArgs({
  options: { models: { type: 'string', default: '0.9M,12M' }, batch: { type: 'string', default: '8' } },
});

interface Measurement {
  readonly expected_mb: number;
  readonly peak_rss_mb: number;
  readonly cpu_ms_per_step: number;
  readonly last_loss: number;
}

const script = fileURLToPath(new URL('train-step.js', import.meta.url));
const forms = { whole: [], 'whole, checkpointing': ['--checkpointing'], 'LoRA, r = 16': ['--lora', '16'] };
for (const model of options.models.split(',')) {
  for (const [form, args] of Object.entries(forms)) {
    const common = ['--measure', '--model', model, '--batch', options.batch, '--threads', '1', '--steps', '3'];
    const measured = inProcess<Measurement>(process.execPath, [script, ...common, ...args]);
    const { expected_mb, peak_rss_mb, cpu_ms_per_step, last_loss } = measured;
    console.log(
      `${model}, ${form}: estimated ${expected_mb.toFixed(0)} MB, measured ${peak_rss_mb.toFixed(0)} MB, ` +
        `ratio ${(expected_mb / peak_rss_mb).toFixed(2)}; ${cpu_ms_per_step.toFixed(0)} ms of CPU a step, loss ${last_loss}`,
    );
  }
}
