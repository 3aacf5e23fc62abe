/**
 * GRPO: rollouts and updates, compiled, against TRL on PyTorch.
 *
 *   npm run build && node dist/bench/rl.js --python /path/to/python [--rounds 5] [--rollouts 6] [--threads 2]
 *
 * The Python needs `torch`, `transformers` and `trl`. Each side runs in a process of its own, in turns, so that a busy
 * machine slows both alike. Without --python only the compiled side runs. A rollout is drawn, and scored by the policy and
 * its reference; it is learned from twice, all its responses in one update. The first rollout of a process does not count.
 *
 *   node dist/bench/rl.js --measure --model 12M --rollouts 2 --threads 1 --profile /tmp/rl
 *
 * writes ONNX Runtime's profiles, one of each program.
 */
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGenerator } from '../nodes/generate/generator.js';
import type { DecoderConfig } from '../nodes/nn/decoder-config.js';
import { initialParameters } from '../nodes/nn/initial-parameters.js';
import { adamw } from '../nodes/optim/adamw.js';
import { clipByGlobalNorm } from '../nodes/optim/clip.js';
import { chain } from '../nodes/optim/transform.js';
import { batchShapes } from '../nodes/rl/experience.js';
import { grpo } from '../nodes/rl/grpo.js';
import { learnFromRollouts } from '../nodes/rl/loop.js';
import { createTokenScorer } from '../nodes/rl/token-scores.js';
import { createOnnxDevice } from '../nodes/tensor/devices/onnx.js';
import { createRandom } from '../nodes/tensor/random.js';
import { createUpdater } from '../nodes/train/updater.js';
import type { TrainGrpoConfig } from '../schemas/kinds/train.grpo.js';
import { models, usualModels } from './decoders.js';
import { measureInTurns, median } from './peers.js';

const promptTokens = 32;
const newTokens = 64;
const responses = 16;
const generations = 8;
const passes = 2;

/** What one process measured: the times of its rollouts, and of its updates. */
interface Measurement {
  readonly what: string;
  readonly rollouts_ms: readonly number[];
  readonly updates_ms: readonly number[];
  readonly cpu_ms: number;
  readonly peak_rss_mb: number;
}

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    rollouts: { type: 'string', default: '6' },
    threads: { type: 'string', default: '2' },
    model: { type: 'string' },
    measure: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const threads = Number(options.threads);

if (options.measure) {
  console.log(JSON.stringify(await measure(models[options.model!]!, Number(options.rollouts))));
} else {
  for (const name of options.model ? [options.model] : usualModels) compare(name);
}

async function measure(config: DecoderConfig, rollouts: number): Promise<Measurement> {
  const profile = options.profile ? { enableProfiling: true, profileFilePrefix: options.profile } : {};
  const device = createOnnxDevice({ name: 'onnx-cpu', provider: 'cpu', threads, session: profile });
  const parameters = initialParameters(config, 1);
  const method = grpo(config, {
    per_device_train_batch_size: responses,
    gradient_accumulation_steps: 1,
    steps_per_generation: null,
    num_generations: generations,
    num_iterations: passes,
    max_completion_length: newTokens,
    temperature: 1,
    beta: 0.04,
    entropy_coef: 0,
    use_bias_correction_kl: true,
    epsilon: 0.2,
    epsilon_high: null,
    scale_rewards: 'group',
    loss_type: 'dapo',
    importance_sampling_level: 'token',
    mask_truncated_completions: false,
  } as TrainGrpoConfig);
  const trainable = Object.keys(parameters);
  const learner = { parameters, trainable, loss: method.loss };
  const optimizer = chain([clipByGlobalNorm(1)], adamw({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }));
  const sizes = Object.fromEntries(trainable.map((name) => [name, parameters[name]!.shape]));
  const state = device.createState({ ...parameters, ...optimizer.init(sizes) });
  const renamed = Object.entries(parameters).map(([name, tensor]) => [`reference.${name}`, tensor]);
  const held = device.createState(Object.fromEntries(renamed));
  const shapes = batchShapes([promptTokens], {
    maxCompletionLength: newTokens,
    padId: 1,
    maxPositions: config.maxPositions,
  });
  const scorer = createTokenScorer(device, device.joinStates([state, held]), {
    config,
    temperature: 1,
    reference: {
      config,
      held: {},
      view: (all) => Object.fromEntries(trainable.map((name) => [name, all[`reference.${name}`]!])),
    },
    valueFunction: undefined,
    shapes,
    batchSize: responses,
  });
  const size = { promptLengths: [promptTokens], maxNewTokens: newTokens, batchSize: responses };
  const generator = createGenerator(device, { config }, state, size);
  const updater = createUpdater(device, learner, optimizer, 1);
  const { signal } = new AbortController();
  const rolloutTimes: number[] = [];
  const updateTimes: number[] = [];
  let cpu = process.cpuUsage();

  const collect = async (rollout: number) => {
    if (rollout === 1) cpu = process.cpuUsage();
    const start = performance.now();
    const prompts = Array.from({ length: responses }, (_, row) => promptOf(config, Math.floor(row / generations)));
    const drawn = await generator.generate(prompts, {
      sampling: { sample: true, temperature: 1, topK: 0, topP: 1 },
      seed: 1,
      firstRow: rollout * responses,
      endIds: [],
      signal,
    });
    const sequences = drawn.map(({ ids }, row) => ({ promptIds: prompts[row]!, responseIds: ids }));
    const tokens = await scorer.score(sequences, signal);
    rolloutTimes.push(performance.now() - start);
    const episodes = sequences.map(({ promptIds, responseIds }) => ({
      prompt: { text: '', ids: promptIds, row: {} },
      responseIds,
      text: '',
      ended: false,
    }));
    const rewards = Float64Array.from(drawn, ({ ids }) => ids.filter((id) => id % 2 === 0).length);
    return { scored: { episodes, rewards, tokens }, each: {}, tokensPerSecond: 0 };
  };
  const timed: typeof updater = {
    ...updater,
    async update(...work) {
      const start = performance.now();
      const readings = await updater.update(...work);
      updateTimes.push(performance.now() - start);
      return readings;
    },
  };
  const quiet = { scratch: tmpdir(), signal, warn() {}, log() {}, progress() {} };
  const totalSteps = (rollouts + 1) * passes;
  const plan = {
    method,
    learner,
    optimizer,
    schedule: { type: 'constant', learningRate: 1e-5, warmupSteps: 0, totalSteps, options: {} } as const,
    totalSteps,
    saveSteps: totalSteps,
    seed: 1,
    shapes,
    maxKl: null,
    samplesKept: 0,
  };
  await learnFromRollouts(quiet, device, plan, { state, kept: [], updater: timed, collect }, undefined);
  const used = process.cpuUsage(cpu);
  await device.dispose();
  return {
    what: 'compiled (onnx-cpu)',
    rollouts_ms: rolloutTimes.slice(1),
    updates_ms: updateTimes.slice(passes),
    cpu_ms: (used.user + used.system) / 1000 / rollouts,
    peak_rss_mb: process.resourceUsage().maxRSS / 1024,
  };
}

function promptOf({ vocabSize }: DecoderConfig, prompt: number): number[] {
  const random = createRandom(1, 'tokens', prompt);
  return Array.from({ length: promptTokens }, (_, place) => 2 + (random.uint32(place) % (vocabSize - 2)));
}

function compare(name: string): void {
  const sides = measureInTurns<Measurement>({
    ...options,
    script: fileURLToPath(import.meta.url),
    peer: 'bench/rl.py',
    model: [name, models[name]!],
    shared: ['--rollouts', options.rollouts, '--threads', options.threads],
    fixed: { prompt: promptTokens, new: newTokens, responses, generations, passes },
    rounds: Number(options.rounds),
  });
  console.log(
    `${name}, ${responses} responses of ${newTokens} tokens to prompts of ${promptTokens}, ${threads} threads`,
  );
  for (const side of sides) console.log(`  ${describe(side)}`);
  const [ours, ...theirs] = sides;
  for (const peer of theirs) {
    const ratio = (times: (one: Measurement) => readonly number[]) =>
      (timeOf(peer, times) / timeOf(ours, times)).toFixed(2);
    const cpu = median(peer.map(({ cpu_ms }) => cpu_ms)) / median(ours.map(({ cpu_ms }) => cpu_ms));
    console.log(
      `  tokens/s ratio: rollouts ${ratio((one) => one.rollouts_ms)}, updates ${ratio((one) => one.updates_ms)}; ` +
        `by CPU time of both ${cpu.toFixed(2)}`,
    );
  }
}

/** The median over the processes of their medians. */
function timeOf(side: readonly Measurement[], times: (one: Measurement) => readonly number[]): number {
  return median(side.map((one) => median(times(one))));
}

function describe(side: readonly Measurement[]): string {
  const rollout = timeOf(side, (one) => one.rollouts_ms);
  const update = timeOf(side, (one) => one.updates_ms);
  const perSecond = (tokens: number, ms: number) => Math.round((tokens * 1000) / ms);
  const drawn = perSecond(responses * newTokens, rollout);
  const learned = perSecond(responses * (promptTokens + newTokens), update);
  const cpu = median(side.map(({ cpu_ms }) => cpu_ms)).toFixed(0);
  const rss = Math.round(median(side.map(({ peak_rss_mb }) => peak_rss_mb)));
  return (
    `${side[0]!.what}: rollouts ${rollout.toFixed(0)} ms, ${drawn} new tokens/s; updates ${update.toFixed(0)} ms, ` +
    `${learned} tokens/s; ${cpu} ms of CPU a rollout with its updates; peak ${rss} MB`
  );
}
