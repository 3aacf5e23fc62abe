/** A model that scores whole sequences, as a Hugging Face directory: `…ForSequenceClassification`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import { sourcesOf } from '../format/safetensors-writer.js';
import { parameterShapes } from '../nn/decoder-config.js';
import { headWeight } from '../nn/sequence-head.js';
import type { HostTensor, HostTensors } from '../tensor/device.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { classifierJson, type HeadConfig, parseBodyConfig, parseHeadConfig } from './classifier-config.js';
import { configText } from './config-text.js';
import { isClassifierJson } from './hugging-face-config.js';
import {
  copyTokenizer,
  type Model,
  readConfigJson,
  readModel,
  readModelDescription,
  readWeights,
} from './model-directory.js';
import { writeWeights } from './weight-files.js';

/** A decoder without its output projection, and where it has one, the head that scores sequences. */
export interface Body extends Model {
  readonly head: HeadConfig | undefined;
  /** `[labels, width]`, where there is a head. */
  readonly headWeight: HostTensor | undefined;
}

export interface Classifier extends Body {
  readonly head: HeadConfig;
  readonly headWeight: HostTensor;
}

/** Throws `Failure` `not-a-classifier` for a language model. */
export async function readClassifier(artifact: Artifact, scratch: string): Promise<Classifier> {
  const description = await readModelDescription(artifact, scratch, parseBodyConfig);
  const head = parseHeadConfig(description.configJson);
  const shapes = parameterShapes(description.config);
  const headShape = [head.labels.length, description.config.width];
  const weights = await readWeights(artifact, { ...shapes, [headWeight]: headShape });
  const { [headWeight]: weight, ...parameters } = weights;
  return { ...description, parameters, head, headWeight: weight! };
}

/** A classifier with one output. Throws `Failure` `not-a-reward-model` for one with several. */
export async function readRewardModel(artifact: Artifact, scratch: string): Promise<Classifier> {
  const model = await readClassifier(artifact, scratch);
  const { labels } = model.head;
  if (labels.length === 1) return model;
  throw new Failure(
    'not-a-reward-model',
    `The model tells ${labels.length} labels apart (${labels.slice(0, 4).join(', ')}${labels.length > 4 ? ', …' : ''}), and a reward model gives one number.`,
    'train.reward makes a reward model.',
  );
}

/** A model to put a head on: a classifier as it is, or a language model without its output projection. */
export async function readBody(artifact: Artifact, scratch: string): Promise<Body> {
  if (isClassifierJson(await readConfigJson(artifact))) return readClassifier(artifact, scratch);
  const model = await readModel(artifact, scratch);
  const { 'lm_head.weight': _, ...parameters } = model.parameters;
  const config = { ...model.config, tiedEmbeddings: true };
  return { ...model, config, parameters, head: undefined, headWeight: undefined };
}

/** Writes a model made of `base`, with the weights of decoder and head. */
export async function writeClassifier(
  folder: string,
  base: Artifact,
  model: Model,
  head: HeadConfig,
  parameters: HostTensors,
): Promise<void> {
  await copyTokenizer(base, folder);
  const { dtype: _, torch_dtype: __, ...json } = model.configJson;
  const written = { ...classifierJson(json, head, paddingOf(model.tokenizer)), torch_dtype: 'float32' };
  await writeFile(join(folder, 'config.json'), configText(written));
  await writeWeights(folder, sourcesOf(parameters));
}

/** The token that stands for padding and for nothing else. */
export function paddingOf({ padId, eosId }: Tokenizer): number | undefined {
  return padId === eosId ? undefined : padId;
}
