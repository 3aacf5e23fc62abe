/**
 * One training step (forward, backward, clipping, AdamW) of a small decoder, compiled, against PyTorch eager.
 *
 *   npm run build && node dist/bench/train-step.js --python /path/to/python [--rounds 5] [--threads 2] [--batch 8]
 *     [--model 135M] [--lora 16] [--checkpointing] [--compile]
 *
 * The Python needs `torch`. Each side runs in a process of its own, in turns, so that a busy machine slows both alike.
 * Without --python only the compiled side runs. With --compile the peer runs again, its model compiled by `torch.compile`,
 * which needs a C++ compiler.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { adapt } from '../nodes/adapters/adapt.js';
import { adaptedModules } from '../nodes/adapters/modules.js';
import type { DecoderConfig } from '../nodes/nn/decoder-config.js';
import { parameterShapes } from '../nodes/nn/decoder-config.js';
import { initialParameters } from '../nodes/nn/initial-parameters.js';
import { adamw } from '../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../nodes/optim/clip.js';
import { chain } from '../nodes/optim/transform.js';
import { createOnnxDevice } from '../nodes/tensor/devices/onnx.js';
import { int32, sizeOf } from '../nodes/tensor/host-tensor.js';
import { createRandom } from '../nodes/tensor/random.js';
import { checkpointed } from '../nodes/train/gradient-checkpointing.js';
import { type Learner, languageModelLearner } from '../nodes/train/learner.js';
import { trainingStep } from '../nodes/train/step.js';
import type { AdapterConfig } from '../schemas/kinds/adapter.js';
import { models, usualModels } from './decoders.js';
import { measureInTurns, median } from './peers.js';

const time = 128;

/** What one process measured. */
interface Measurement {
  readonly what: string;
  readonly parameters: number;
  /** What the first step takes longer than the others: tracing, and the session's creation. */
  readonly compile_ms?: number;
  readonly times_ms: readonly number[];
  /** Time of all threads together, which a busy machine distorts less. */
  readonly cpu_ms_per_step: number;
  readonly peak_rss_mb: number;
  /** As estimated before the first step. */
  readonly expected_mb?: number;
  readonly first_loss: number;
  readonly last_loss: number;
}

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '20' },
    threads: { type: 'string', default: '2' },
    model: { type: 'string' },
    compile: { type: 'boolean', default: false },
    measure: { type: 'boolean', default: false },
    profile: { type: 'string' },
    batch: { type: 'string', default: '8' },
    lora: { type: 'string', default: '0' },
    checkpointing: { type: 'boolean', default: false },
  },
});
const threads = Number(options.threads);
const batch = Number(options.batch);
/** Rank of adapters on all linear layers; 0 trains the whole model. */
const rank = Number(options.lora);

if (options.measure)
  console.log(JSON.stringify(await measure(models[options.model ?? '0.9M']!, Number(options.steps))));
else for (const name of options.model ? [options.model] : usualModels) compare(name);

async function measure(config: DecoderConfig, steps: number): Promise<Measurement> {
  const profile = options.profile ? { enableProfiling: true, profileFilePrefix: options.profile } : {};
  const device = createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads, session: profile });
  const optimizer = chain([clipByGlobalNorm(1)], adamw({ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }));
  const shapes = parameterShapes(config);
  const learner = checkpointed(learnerOf(config), { gradient_checkpointing: options.checkpointing });
  const learning = Object.fromEntries(learner.trainable.map((name) => [name, learner.parameters[name]!.shape]));
  const state = device.createState({ ...learner.parameters, ...optimizer.init(learning) });
  const program = device.program('train', trainingStep(learner, optimizer));
  const random = createRandom(1, 'tokens');
  const tokens = (from: number) =>
    Int32Array.from({ length: batch * time }, (_, i) => random.uint32(from + i) % config.vocabSize);
  const ids = int32([batch, time], tokens(0));
  const targets = int32([batch, time], tokens(batch * time));
  const losses: number[] = [];
  const times: number[] = [];
  let cpu = process.cpuUsage();
  let first = 0;
  for (let step = 1; step <= steps + 3; step++) {
    const start = performance.now();
    const scalars = optimizer.scalars({ step, learningRate: 1e-3 });
    const { loss } = await program.run(state, { ids, targets, ...scalars });
    losses.push(loss!.data[0]!);
    if (step === 1) first = performance.now() - start;
    if (step > 3) times.push(performance.now() - start);
    else cpu = process.cpuUsage();
  }
  const used = process.cpuUsage(cpu);
  const { expectedBytes } = device;
  await device.dispose();
  return {
    what: 'compiled (onnx-cpu)',
    parameters: Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0),
    compile_ms: first - median(times),
    times_ms: times,
    cpu_ms_per_step: (used.user + used.system) / 1000 / steps,
    peak_rss_mb: (process.resourceUsage().maxRSS * 1024) / 1e6,
    expected_mb: expectedBytes / 1e6,
    first_loss: losses[0]!,
    last_loss: losses.at(-1)!,
  };
}

/** Adapters are put on as the trainers do it, with α = rank. */
function learnerOf(config: DecoderConfig): Learner {
  const learner = languageModelLearner({ config, parameters: initialParameters(config, 1) });
  if (rank === 0) return learner;
  const shapes = parameterShapes(config);
  const lora: AdapterConfig = {
    r: rank,
    lora_alpha: rank,
    use_rslora: false,
    use_dora: false,
    target_modules: 'all-linear',
    layers_to_transform: null,
    modules_to_save: [],
  };
  const modules = adaptedModules(lora, shapes);
  return adapt(learner, new Set(Object.keys(shapes)), { config: lora, modules, transposed: false, seed: 1 });
}

function compare(name: string): void {
  const sides = measureInTurns<Measurement>({
    ...options,
    script: fileURLToPath(import.meta.url),
    peer: 'bench/train-step.py',
    model: [name, models[name]!],
    shared: ['--steps', options.steps, '--threads', options.threads, '--batch', options.batch, '--lora', options.lora],
    fixed: { time },
    rounds: Number(options.rounds),
  });
  const [ours, ...theirs] = sides;
  console.log(
    `${name} (${ours[0]!.parameters} parameters), ${rank ? `LoRA r = ${rank}, ` : ''}${batch} × ${time} tokens, ${threads} threads`,
  );
  for (const side of sides) console.log(`  ${describe(side)}`);
  for (const peer of theirs) {
    const ratio = (of: (one: Measurement) => number) => (median(peer.map(of)) / median(ours.map(of))).toFixed(2);
    const memory = 1 / Number(ratio((one) => one.peak_rss_mb));
    console.log(
      `  tokens/s ratio ${ratio(stepTime)}, by CPU time ${ratio((one) => one.cpu_ms_per_step)}, ` +
        `peak memory ratio ${memory.toFixed(2)}, to ${peer[0]!.what}`,
    );
  }
}

function stepTime(measurement: Measurement): number {
  return median(measurement.times_ms);
}

function describe(side: readonly Measurement[]): string {
  const medians = side.map(stepTime);
  const tokensPerSecond = Math.round((batch * time * 1000) / median(medians));
  const rss = Math.round(median(side.map((m) => m.peak_rss_mb)));
  const fastest = Math.min(...side.flatMap((m) => m.times_ms));
  const losses = `loss ${side[0]!.first_loss.toFixed(3)} → ${side[0]!.last_loss.toFixed(3)}`;
  const compile = side.flatMap((m) => (m.compile_ms === undefined ? [] : [m.compile_ms]));
  const compiled = compile.length > 0 ? `, compiled in ${Math.round(median(compile))} ms` : '';
  return (
    `${side[0]!.what}: ${median(medians).toFixed(1)} ms a step (runs ${medians.map((x) => x.toFixed(0)).join(', ')}; ` +
    `fastest step ${fastest.toFixed(1)}), ${median(side.map((m) => m.cpu_ms_per_step)).toFixed(0)} ms of CPU, ${tokensPerSecond} tokens/s, peak ${rss} MB, ${losses}${compiled}`
  );
}
