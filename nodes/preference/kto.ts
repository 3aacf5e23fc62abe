/** `train.kto`: single answers, good or bad, near to a reference. */
import type { Tensor } from '@tensorflow/tfjs';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainKtoConfig } from '../../schemas/kinds/train.kto.js';
import { detached } from '../loss/detached.js';
import { kahnemanTverskyLoss, klBaseline } from '../loss/kahneman-tversky.js';
import { sequenceLogProbs, tokenLogProbs } from '../loss/sequence-log-probs.js';
import { decoderHidden, outputLogits } from '../nn/decoder.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import type { Tensors } from '../tensor/device.js';
import { tf } from '../tensor/tf.js';
import { counting } from '../train/counting.js';
import type { LossFunction, Readings } from '../train/learner.js';
import { type Setting, type Task, train } from '../train/trainer.js';
import { mismatches } from './mismatches.js';
import { scoreByReference } from './reference.js';
import { type ScoredThumb, thumbBatches } from './thumb-batches.js';
import { assertSeveral, readThumbs, type Thumb } from './thumbs.js';

type Context = RunContext<TrainKtoConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  return train(context, ktoTask(context));
}

function ktoTask(context: Context): Task {
  const { config, signal } = context;
  return {
    async batches(port, setting) {
      const { maxLength, padId, batchSize, model } = setting;
      const thumbs = await counting(context, port, (count) =>
        readThumbs(context.input(port), model.tokenizer, { maxLength, overlong: config.overlong, signal, count }),
      );
      assertSeveral(thumbs);
      if (port === 'dataset') warnOfOneSide(context, thumbs);
      return thumbBatches(await scored(context, thumbs, setting), { batchSize, maxLength, padId, seed: config.seed });
    },
    learner: ({ model }) => ({
      parameters: model.parameters,
      trainable: Object.keys(model.parameters),
      loss: ktoLoss(model.config, config),
      summarise: overSides,
    }),
  };
}

function warnOfOneSide(context: Context, thumbs: readonly Thumb[]): void {
  const good = thumbs.filter((thumb) => thumb.good).length;
  if (good > 0 && good < thumbs.length) return;
  context.warn(
    `All ${thumbs.length} answers are ${good > 0 ? 'good' : 'bad'}: nothing tells what the other sort is like.`,
  );
}

async function scored(context: Context, thumbs: readonly Thumb[], setting: Setting): Promise<ScoredThumb[]> {
  const answers = thumbs.map(({ answer }) => answer);
  const foreign = mismatches(answers, context.config.seed, setting.maxLength);
  const scores = await scoreByReference(context, [...answers, ...foreign], setting);
  return thumbs.map((thumb, index) => ({
    ...thumb,
    foreign: foreign[index]!,
    reference: { answer: scores[index]!, foreign: scores[thumbs.length + index]! },
  }));
}

type Options = Pick<TrainKtoConfig, 'beta' | 'desirable_weight' | 'undesirable_weight'>;

/**
 * The loss over the answers of a batch of `thumbBatches`. Readings: `kl`, which is z, and sums over good and over bad answers that
 * `overSides` makes means of.
 */
export function ktoLoss(config: DecoderConfig, options: Options): LossFunction {
  const { beta, desirable_weight: desirable, undesirable_weight: undesirable } = options;
  const logProbs = (parameters: Tensors, ids: Tensor, targets: Tensor) => {
    const logits = outputLogits(config, parameters, decoderHidden(config, parameters, { ids }));
    return sequenceLogProbs(tokenLogProbs(logits, targets), targets);
  };
  return (parameters, inputs) => {
    const { ids, targets, good } = inputs as Tensors & Record<'ids' | 'targets' | 'good', Tensor>;
    const { sum, length } = logProbs(parameters, ids, targets);
    const present = tf.cast(tf.greater(length, 0), 'float32');
    const baseline = detached(() => {
      const foreign = logProbs(parameters, inputs['foreign.ids']!, inputs['foreign.targets']!);
      return klBaseline(tf.sub(foreign.sum, inputs['reference.foreign']!), present);
    });
    const ratios = tf.sub(sum, inputs['reference.answer']!);
    const losses = kahnemanTverskyLoss(ratios, good, baseline, { beta, desirable, undesirable });
    const count = tf.sum(present);
    const bad = tf.sub(present, good);
    const rewards = tf.mul(ratios, beta);
    return {
      sum: tf.sum(tf.mul(losses, present)),
      count,
      readings: {
        kl: tf.mul(baseline, count),
        'share/chosen': tf.sum(good),
        'rewards/chosen': tf.sum(tf.mul(rewards, good)),
        'rewards/rejected': tf.sum(tf.mul(rewards, bad)),
        'logps/chosen': tf.sum(tf.mul(sum, good)),
        'logps/rejected': tf.sum(tf.mul(sum, bad)),
      },
    };
  };
}

/**
 * What TRL logs: `rewards/…` and `logps/…` as means over the good answers (`chosen`) and over the bad ones (`rejected`), each where
 * there are any, and `rewards/margins`.
 */
export function overSides(means: Readings): Readings {
  const { 'share/chosen': good, ...others } = means;
  const shares = { chosen: good!, rejected: 1 - good! };
  const readings: Record<string, number> = {};
  for (const [name, mean] of Object.entries(others)) {
    const side = name.split('/')[1] as keyof typeof shares | undefined;
    const share = side && shares[side];
    if (share === undefined) readings[name] = mean;
    else if (share > 0) readings[name] = mean / share;
  }
  const { 'rewards/chosen': chosen, 'rewards/rejected': rejected } = readings;
  if (chosen !== undefined && rejected !== undefined) readings['rewards/margins'] = chosen - rejected;
  return readings;
}
