/**
 * What a `config.json` says of a head that scores whole sequences, besides what it says of the decoder below.
 *
 * All is in the keys of Transformers but for one object of our own, `lapidary`, which Transformers keeps and does not
 * read: `pooling`, and of a reward model `reward_mean` and `reward_std`.
 */
import { Failure } from '../../engine/failure.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { type Pooling, poolings } from '../nn/sequence-head.js';
import { families } from './families/families.js';
import { isClassifierJson, type JsonObject, parseDecoderConfig } from './hugging-face-config.js';

export const problemTypes = ['regression', 'single_label_classification', 'multi_label_classification'] as const;
export type ProblemType = (typeof problemTypes)[number];

export interface HeadConfig {
  /** The names of the labels, in the order of the head's outputs: `id2label`. */
  readonly labels: readonly string[];
  /** `problem_type`; absent where the file does not say. */
  readonly problemType: ProblemType | undefined;
  readonly pooling: Pooling;
  /** Of a reward model: mean and standard deviation of its scores on reference samples. */
  readonly normalisation: Normalisation | undefined;
}

/** A reward is (score − mean) / std. */
export interface Normalisation {
  readonly mean: number;
  readonly std: number;
}

/** The decoder below the head. It has no output projection, which is the same as one that needs no weight of its own. */
export function parseBodyConfig(json: JsonObject): DecoderConfig {
  const architectures = architecturesOf(json);
  if (!isClassifierJson(json)) {
    throw new Failure(
      'not-a-classifier',
      `The model is ${architectures[0] ?? 'of no named architecture'}, and a model that scores whole sequences is wanted.`,
      'train.reward makes a reward model of a language model, and train.classifier a classifier.',
    );
  }
  const config = parseDecoderConfig({ ...json, architectures: architectures.map(languageModelName) });
  return { ...config, tiedEmbeddings: true };
}

export function parseHeadConfig(json: JsonObject): HeadConfig {
  const own = (json.lapidary ?? {}) as JsonObject;
  const pooling = own.pooling ?? 'last_token';
  if (!poolings.includes(pooling as Pooling)) throw unknownValue('lapidary.pooling', pooling);
  const problemType = json.problem_type ?? undefined;
  if (problemType !== undefined && !problemTypes.includes(problemType as ProblemType)) {
    throw unknownValue('problem_type', problemType);
  }
  return {
    labels: labelsOf(json),
    problemType: problemType as ProblemType | undefined,
    pooling: pooling as Pooling,
    normalisation: normalisationOf(own),
  };
}

/** Transformers writes `id2label` and leaves out `num_labels`; without either there are two labels. */
function labelsOf(json: JsonObject): string[] {
  const names = json.id2label as Readonly<Record<string, unknown>> | undefined | null;
  const count = names == null ? (json.num_labels ?? 2) : Object.keys(names).length;
  if (!Number.isSafeInteger(count) || (count as number) < 1) throw unknownValue('num_labels', count);
  return Array.from({ length: count as number }, (_, index) => {
    const name = names == null ? `LABEL_${index}` : names[index];
    if (typeof name !== 'string') throw unknownValue(`id2label["${index}"]`, name);
    return name;
  });
}

function normalisationOf({ reward_mean: mean, reward_std: std }: JsonObject): Normalisation | undefined {
  if (mean === undefined && std === undefined) return undefined;
  if (!Number.isFinite(mean)) throw unknownValue('lapidary.reward_mean', mean);
  if (!Number.isFinite(std) || (std as number) <= 0) throw unknownValue('lapidary.reward_std', std);
  return { mean: mean as number, std: std as number };
}

/**
 * The `config.json` of a model with a head, from that of the model below it. Transformers finds a row's last token by
 * `pad_token_id`; where padding is EOS that would be the wrong one, so that it is told of no padding, and then refuses
 * batches instead of misreading them.
 */
export function classifierJson(base: JsonObject, head: HeadConfig, padId: number | undefined): JsonObject {
  const { labels, problemType, pooling, normalisation } = head;
  const own = {
    ...(pooling === 'last_token' ? {} : { pooling }),
    ...(normalisation ? { reward_mean: normalisation.mean, reward_std: normalisation.std } : {}),
  };
  const { lapidary: _, ...rest } = base;
  return {
    ...rest,
    architectures: architecturesOf(base).map(classifierName),
    num_labels: labels.length,
    id2label: Object.fromEntries(labels.map((label, index) => [index, label])),
    label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
    problem_type: problemType ?? null,
    pad_token_id: padId ?? null,
    ...(Object.keys(own).length === 0 ? {} : { lapidary: own }),
  };
}

function architecturesOf({ architectures }: JsonObject): string[] {
  return Array.isArray(architectures) ? architectures.map(String) : [];
}

function languageModelName(name: string): string {
  const family = families.find(({ classifier }) => classifier === name);
  return family?.architecture ?? name.replace(/SequenceClassification$/, 'CausalLM');
}

function classifierName(name: string): string {
  return families.find(({ architecture }) => architecture === name)?.classifier ?? name;
}

function unknownValue(key: string, value: unknown): Failure {
  return new Failure(
    'model-config-unsupported',
    `The model's config.json has ${key}: ${JSON.stringify(value) ?? 'nothing'}, which cannot be run.`,
  );
}
