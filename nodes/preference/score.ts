/** How likely a model that stays as it is finds answers. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Stopped } from '../../engine/failure.js';
import { tokenLogProbs } from '../loss/sequence-log-probs.js';
import { decoderHidden, outputLogits } from '../nn/decoder.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import type { Device, HostTensors, StepFunction } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import type { Example } from '../train/example.js';
import { paddedLengths } from '../train/padded-lengths.js';
import { filled, sequenceBatch } from './sequence-batch.js';

export interface ScoreOptions {
  readonly batchSize: number;
  readonly padId: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

interface ScoredModel {
  readonly config: DecoderConfig;
  readonly parameters: HostTensors;
}

/** Log-probabilities of the supervised tokens of each example, in nats, in their order, as `readTokens`. */
export function scoreExamples(
  device: Device,
  model: ScoredModel,
  examples: readonly Example[],
  options: ScoreOptions,
): Promise<Float32Array[]> {
  return readTokens(device, model, scoringStep(model.config), examples, options);
}

/** 1 for each supervised token that is the likeliest at its place, else 0; likewise. */
export function greedyTokens(
  device: Device,
  model: ScoredModel,
  examples: readonly Example[],
  options: ScoreOptions,
): Promise<Float32Array[]> {
  return readTokens(device, model, greedyStep(model.config), examples, options);
}

/**
 * What `step` tells of the supervised tokens of each example, in their order. Throws `Stopped` at the signal. Examples of like length
 * are computed together; none of them may be longer than the model has positions.
 */
async function readTokens(
  device: Device,
  model: ScoredModel,
  step: StepFunction,
  examples: readonly Example[],
  { batchSize, padId, signal, onProgress }: ScoreOptions,
): Promise<Float32Array[]> {
  const sizes = examples.map(({ ids }) => ids.length);
  const longest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const lengths = examples.length === 0 ? [] : paddedLengths(sizes, longest);
  const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const state = device.createState(model.parameters);
  const program = device.program('scoring of answers', step);
  const scores: Float32Array[] = new Array(examples.length);
  try {
    for (let start = 0; start < order.length; start += batchSize) {
      await nextTurn();
      if (signal.aborted) throw new Stopped('Stopped while answers were being scored.');
      const indices = order.slice(start, start + batchSize);
      const length = lengths.find((most) => sizes[indices[0]!]! <= most)!;
      const rows = filled(
        indices.map((index) => examples[index]!),
        batchSize,
      );
      const { ids, targets } = sequenceBatch(rows, length, padId);
      const { tokens } = await program.run(state, { ids, targets });
      for (const [row, index] of indices.entries()) {
        const own = tokens!.data.slice(row * length, (row + 1) * length) as Float32Array;
        scores[index] = own.filter((_, at) => (examples[index]!.targets[at] ?? -1) >= 0);
      }
      onProgress?.(start + indices.length);
    }
  } finally {
    await program.dispose();
    state.dispose();
  }
  return scores;
}

/** Sums of the log-probabilities of each example. */
export async function scoreSequences(...args: Parameters<typeof scoreExamples>): Promise<number[]> {
  return (await scoreExamples(...args)).map((tokens) => tokens.reduce((sum, logProb) => sum + logProb, 0));
}

/** Inputs: `ids`, `targets`, int32 `[rows, time]`. Output: `tokens` float32 `[rows, time]`. */
function scoringStep(config: DecoderConfig): StepFunction {
  return (parameters, { ids, targets }) => {
    const logits = outputLogits(config, parameters, decoderHidden(config, parameters, { ids: ids! }));
    return { outputs: { tokens: tokenLogProbs(logits, targets!) } };
  };
}

/** The same inputs and output. */
function greedyStep(config: DecoderConfig): StepFunction {
  return (parameters, { ids, targets }) => {
    const logits = outputLogits(config, parameters, decoderHidden(config, parameters, { ids: ids! }));
    const likeliest = tf.reshape(tf.argMax(logits, -1), targets!.shape);
    return { outputs: { tokens: tf.cast(tf.equal(likeliest, targets!), 'float32') } };
  };
}
