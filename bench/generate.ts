/**
 * Greedy generation with a KV cache, compiled, against Transformers' `generate` on PyTorch.
 *
 *   npm run build && node dist/bench/generate.js --python /path/to/python [--rounds 5] [--threads 2] [--compile]
 *
 * The Python needs `torch` and `transformers`. Each side runs in a process of its own, in turns, so that a busy machine
 * slows both alike. Without --python only the compiled side runs. With --compile the peer runs again, its model compiled by
 * `torch.compile` and its cache of a fixed size, which needs a C++ compiler.
 *
 *   node dist/bench/generate.js --measure --model 12M --batch 16 --calls 2 --threads 1 --profile /tmp/generate
 *
 * writes ONNX Runtime's profiles, one of each program.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGenerator } from '../nodes/generate/generator.js';
import type { DecoderConfig } from '../nodes/nn/decoder-config.js';
import { initialParameters } from '../nodes/nn/initial-parameters.js';
import { createOnnxDevice } from '../nodes/tensor/devices/onnx.js';
import { createRandom } from '../nodes/tensor/random.js';
import { models, usualModels } from './decoders.js';
import { measureInTurns, median } from './peers.js';

const promptTokens = 32;
const newTokens = 96;
const batches = [1, 16];

/** What one process measured. */
interface Measurement {
  readonly what: string;
  /** Whole calls: prompts read, and all new tokens. */
  readonly times_ms: readonly number[];
  /** Time of all threads together, which a busy machine distorts less. */
  readonly cpu_ms: number;
  readonly peak_rss_mb: number;
}

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    model: { type: 'string' },
    batch: { type: 'string' },
    compile: { type: 'boolean', default: false },
    measure: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const threads = Number(options.threads);

if (options.measure) {
  console.log(JSON.stringify(await measure(models[options.model!]!, Number(options.batch), Number(options.calls))));
} else {
  for (const name of options.model ? [options.model] : usualModels) {
    for (const batch of options.batch ? [Number(options.batch)] : batches) compare(name, batch);
  }
}

async function measure(config: DecoderConfig, batchSize: number, calls: number): Promise<Measurement> {
  const profile = options.profile ? { enableProfiling: true, profileFilePrefix: options.profile } : {};
  const device = createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads, session: profile });
  const weights = device.createState(initialParameters(config, 1));
  const size = { promptLengths: [promptTokens], maxNewTokens: newTokens, batchSize };
  const generator = createGenerator(device, { config }, weights, size);
  const random = createRandom(1, 'tokens');
  const prompts = Array.from({ length: batchSize }, (_, row) =>
    Array.from({ length: promptTokens }, (_, place) => random.uint32(row * promptTokens + place) % config.vocabSize),
  );
  const call = () =>
    generator.generate(prompts, {
      sampling: { sample: false, temperature: 1, topK: 0, topP: 1 },
      seed: 1,
      endIds: [],
      signal: new AbortController().signal,
    });
  await call();
  const times: number[] = [];
  const cpu = process.cpuUsage();
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    const made = (await call()).reduce((sum, { ids }) => sum + ids.length, 0);
    if (made !== batchSize * newTokens) throw new Error(`${made} tokens were made.`);
    times.push(performance.now() - start);
  }
  const used = process.cpuUsage(cpu);
  await device.dispose();
  return {
    what: 'compiled (onnx-cpu)',
    times_ms: times,
    cpu_ms: (used.user + used.system) / 1000 / calls,
    peak_rss_mb: process.resourceUsage().maxRSS / 1024,
  };
}

function compare(name: string, batch: number): void {
  const sides = measureInTurns<Measurement>({
    ...options,
    script: fileURLToPath(import.meta.url),
    peer: 'bench/generate.py',
    model: [name, models[name]!],
    shared: ['--batch', String(batch), '--calls', options.calls, '--threads', options.threads],
    fixed: { prompt: promptTokens, new: newTokens },
    rounds: Number(options.rounds),
  });
  console.log(`${name}, batch ${batch}, ${promptTokens} tokens read and ${newTokens} written, ${threads} threads`);
  for (const side of sides) console.log(`  ${describe(side, batch)}`);
  const [ours, ...theirs] = sides;
  const cpuTime = (side: readonly Measurement[]) => median(side.map(({ cpu_ms }) => cpu_ms));
  for (const peer of theirs) {
    const [time, cpu] = [callTime(peer) / callTime(ours), cpuTime(peer) / cpuTime(ours)];
    console.log(`  tokens/s ratio ${time.toFixed(2)}, by CPU time ${cpu.toFixed(2)}, to ${peer[0]!.what}`);
  }
}

/** The median over the processes of their median calls. */
function callTime(side: readonly Measurement[]): number {
  return median(side.map(({ times_ms }) => median(times_ms)));
}

function describe(side: readonly Measurement[], batch: number): string {
  const runs = side.map(({ times_ms }) => median(times_ms).toFixed(0)).join(', ');
  const perSecond = Math.round((batch * newTokens * 1000) / callTime(side));
  const cpu = median(side.map(({ cpu_ms }) => cpu_ms)).toFixed(0);
  const rss = Math.round(median(side.map(({ peak_rss_mb }) => peak_rss_mb)));
  return `${side[0]!.what}: ${callTime(side).toFixed(0)} ms a call (runs ${runs}), ${cpu} ms of CPU, ${perSecond} tokens/s, peak ${rss} MB`;
}
