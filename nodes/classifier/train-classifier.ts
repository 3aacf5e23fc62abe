/** `train.classifier`: a head that tells labels apart. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TrainClassifierConfig } from '../../schemas/kinds/train.classifier.js';
import type { HeadConfig } from '../model/classifier-config.js';
import { type Body, readBody, writeClassifier } from '../model/classifier-directory.js';
import { headWeight, initialHead } from '../nn/sequence-head.js';
import { formatNumber, toPlainText } from '../report/table.js';
import { counting } from '../train/counting.js';
import { decoderSites, withDropout } from '../train/dropout.js';
import { train } from '../train/trainer.js';
import { classifierLoss } from './classifier-loss.js';
import { labelBatches } from './label-batches.js';
import { type LabelledText, readLabelledTexts } from './labelled-texts.js';
import { classWeights, orderLabels, unknownLabel } from './labels.js';

type Context = RunContext<TrainClassifierConfig>;

/** What is learned, as the training set, the config and the model to begin from have it. */
interface Scheme {
  readonly head: HeadConfig;
  readonly several: boolean;
  readonly weights: readonly number[];
}

export async function run(context: Context): Promise<RunOutcome> {
  const { config } = context;
  let scheme: Scheme | undefined;
  return train<Body>(context, {
    open: readBody,
    async batches(port, { model, maxLength, padId, batchSize }) {
      const texts = await counting(context, port, (count) => {
        const options = { maxLength, overlong: config.overlong, unlabelled: false, signal: context.signal, count };
        return readLabelledTexts(context.input(port), model.tokenizer, options);
      });
      // The training set comes first, and decides.
      scheme ??= planScheme(context, model, texts);
      const { head, several, weights } = scheme;
      const sequences = texts.map((text) => ({
        sequence: text.sequence,
        labels: labelIndices(text, head.labels, several, port),
      }));
      return labelBatches(sequences, { batchSize, maxLength, padId, seed: config.seed, weights, several });
    },
    learner({ model }) {
      const { head, several, weights } = scheme!;
      const parameters = { ...model.parameters, [headWeight]: headOf(model, head, config.seed) };
      const loss = classifierLoss(model.config, { pooling: head.pooling, several, weights });
      const learner = { parameters, trainable: Object.keys(parameters), ...loss };
      return withDropout(learner, decoderSites(model.config, config), config.seed);
    },
    async write(folder, { model }, weights) {
      const { head } = scheme!;
      const whole = { [headWeight]: headOf(model, head, config.seed), ...weights };
      await writeClassifier(folder, context.input('model'), model, head, whole);
      return {};
    },
  });
}

/** Of a classifier, its own head; else a fresh one, as Transformers draws it. */
function headOf({ config, headWeight: own }: Body, { labels }: HeadConfig, seed: number) {
  return own ?? initialHead(labels.length, config.width, config.initializerRange, seed);
}

function planScheme(context: Context, model: Body, texts: readonly LabelledText[]): Scheme {
  const { config } = context;
  const several = severalOf(config, model, texts);
  const labels = labelNames(config, model, texts);
  if (!several && labels.length < 2) {
    throw new Failure('one-label', `All texts have the label ${labels[0]}, so that there is nothing to tell apart.`);
  }
  const counts = labels.map((name) => texts.filter((text) => text.labels!.includes(name)).length);
  const weights = classWeights(config.class_weights, labels, counts, texts.length, several);
  showLabels(context, labels, counts, weights);
  const absent = labels.filter((_, index) => counts[index] === 0);
  if (absent.length > 0) context.warn(`No text of the training set has the label ${absent.join(', ')}.`);
  const problemType = several ? 'multi_label_classification' : 'single_label_classification';
  const pooling = model.head?.pooling ?? config.pooling;
  return { head: { labels, problemType, pooling, normalisation: undefined }, several, weights };
}

/** Whether any number of labels may hold. */
function severalOf({ problem_type: asked }: TrainClassifierConfig, { head }: Body, texts: readonly LabelledText[]) {
  const given = asked ?? head?.problemType;
  if (given === undefined) return texts.some((text) => text.several);
  if (asked !== null && head?.problemType !== undefined && asked !== head.problemType) {
    throw new Failure(
      'head-mismatch',
      `problem_type is ${asked}, and the model to begin from is of ${head.problemType}.`,
    );
  }
  return given === 'multi_label_classification';
}

function labelNames(
  { labels, label_order: order }: TrainClassifierConfig,
  { head }: Body,
  texts: readonly LabelledText[],
) {
  if (head === undefined)
    return (
      labels ??
      orderLabels(
        texts.flatMap((text) => text.labels!),
        order,
      )
    );
  if (labels !== null && labels.join('\n') !== head.labels.join('\n')) {
    throw new Failure(
      'head-mismatch',
      `labels are ${labels.join(', ')}, and those of the model to begin from ${head.labels.join(', ')}.`,
      'Leave labels out, or begin from the language model below the classifier.',
    );
  }
  return head.labels;
}

/** Throws `Failure` for a label that is not known, and for several where one holds. */
function labelIndices(text: LabelledText, labels: readonly string[], several: boolean, port: string): number[] {
  const indices = text.labels!.map((name) => labels.indexOf(name));
  const unknown = indices.indexOf(-1);
  const row = `Row ${text.number} of \`${port}\``;
  if (unknown >= 0) throw unknownLabel(`${row} has the label ${JSON.stringify(text.labels![unknown])}`, labels);
  if (several || indices.length === 1) return indices;
  throw new Failure(
    'labels-mismatch',
    `${row} has ${indices.length} labels, and problem_type is single_label_classification.`,
    'Write problem_type: multi_label_classification.',
  );
}

function showLabels(
  context: Context,
  labels: readonly string[],
  counts: readonly number[],
  weights: readonly number[],
) {
  const rows = labels.map((name, index) => [name, String(counts[index]), formatNumber(weights[index]!)]);
  context.display('labels', toPlainText({ header: ['label', 'texts', 'weight'], rows }));
}
