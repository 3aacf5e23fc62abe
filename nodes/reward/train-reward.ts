/** `train.reward`: a head that scores responses, learned from comparisons of them. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainRewardConfig } from '../../schemas/kinds/train.reward.js';
import { calibrationTable } from '../evaluate/calibration-table.js';
import type { HeadConfig, Normalisation } from '../model/classifier-config.js';
import { type Body, readBody, writeClassifier } from '../model/classifier-directory.js';
import { headWeight, initialHead } from '../nn/sequence-head.js';
import { toPlainText } from '../report/table.js';
import { counting } from '../train/counting.js';
import { type Setting, train } from '../train/trainer.js';
import { distributionOf } from './distribution.js';
import { type RankedPrompt, readRankedPrompts } from './ranked-prompts.js';
import { rankingBatches } from './ranking-batches.js';
import { referenceSequences } from './reference-samples.js';
import { rewardReport } from './report.js';
import { rewardLoss } from './reward-loss.js';
import { createRewardModel, type RewardModel } from './score.js';

type Context = RunContext<TrainRewardConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const { config } = context;
  const read: Record<string, readonly RankedPrompt[]> = {};
  return train<Body>(context, {
    open: readBody,
    async batches(port, { model, maxLength, padId, batchSize }) {
      const prompts = await counting(context, port, (count) => {
        const options = { maxLength, overlong: config.overlong, signal: context.signal, count };
        return readRankedPrompts(context.input(port), model.tokenizer, options);
      });
      read[port] = prompts;
      return rankingBatches(prompts, { batchSize, maxLength, padId, seed: config.seed });
    },
    learner({ model }) {
      const parameters = { ...model.parameters, [headWeight]: headOf(model, config.seed) };
      const options = { pooling: headConfig(model, config).pooling, centering: config.center_rewards_coefficient };
      return { parameters, trainable: Object.keys(parameters), loss: rewardLoss(model.config, options) };
    },
    async write(folder, setting, weights) {
      const { model, device, batchSize } = setting;
      const head = { ...headConfig(model, config), normalisation: undefined };
      const whole = { [headWeight]: headOf(model, config.seed), ...weights };
      const { [headWeight]: weight, ...parameters } = whole;
      const trained = { ...model, parameters, head, headWeight: weight! };
      const scorer = createRewardModel(device, trained, { batchSize: 2 * batchSize });
      const held = read.validation && (await judge(context, scorer, read.validation));
      const normalisation = config.normalize_rewards
        ? await normalise(context, scorer, setting, read.dataset!)
        : undefined;
      await scorer.dispose();
      await writeClassifier(folder, context.input('model'), model, { ...head, normalisation }, whole);
      return {
        ...held,
        ...(normalisation ? { reward_mean: normalisation.mean, reward_std: normalisation.std } : {}),
      };
    },
  });
}

/** Of a model that scores already, its own head; else a fresh one, drawn from N(0, 1 / (d + 1)) as by Stiennon et al. 2020. */
function headOf({ config, headWeight: own }: Body, seed: number) {
  return own ?? initialHead(1, config.width, 1 / Math.sqrt(config.width + 1), seed);
}

function headConfig({ head }: Body, { pooling }: TrainRewardConfig): HeadConfig {
  if (head === undefined) return { labels: ['LABEL_0'], problemType: undefined, pooling, normalisation: undefined };
  if (head.labels.length === 1) return head;
  throw new Failure(
    'not-a-reward-model',
    `The model tells ${head.labels.length} labels apart, and a reward model gives one number.`,
    'Begin from a language model or from a reward model.',
  );
}

/** The report on the validation set, as metrics. */
async function judge({ signal, display }: Context, scorer: RewardModel, prompts: readonly RankedPrompt[]) {
  const scores = await scorer.scores(
    prompts.flatMap(({ sequences }) => sequences),
    { signal },
  );
  let start = 0;
  const scored = prompts.map(({ sequences, comparisons }) => {
    const own = scores.subarray(start, start + sequences.length);
    start += sequences.length;
    return { scores: own, comparisons };
  });
  const { metrics, calibration } = rewardReport(scored);
  display('Calibration on the validation set', toPlainText(calibrationTable(calibration, 'comparisons')));
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([name]) => name === 'ece' || name.startsWith('accuracy_distance'))
      .map(([name, value]) => [`eval_${name}`, value]),
  );
}

/** Mean and deviation of the scores on the reference samples. */
async function normalise(
  context: Context,
  scorer: RewardModel,
  setting: Setting<Body>,
  dataset: readonly RankedPrompt[],
): Promise<Normalisation | undefined> {
  const sequences = await referenceSequences(context, setting, dataset);
  const scores = await scorer.scores(sequences, { signal: context.signal });
  const { mean, std, constant } = distributionOf(scores);
  if (!constant) return { mean, std };
  context.warn(
    `All ${scores.length} reference samples have the same score, so that rewards cannot be normalised, and there is nothing to learn from them.`,
  );
  return undefined;
}
