/** A model as a Hugging Face directory: `config.json`, `*.safetensors`, the tokenizer's files, `generation_config.json`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import type { FloatDtype } from '../format/safetensors.js';
import { sourcesOf } from '../format/safetensors-writer.js';
import { type DecoderConfig, parameterShapes } from '../nn/decoder-config.js';
import type { HostTensor, HostTensors } from '../tensor/device.js';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer.js';
import { tokenizerFiles } from '../tokenizer/tokenizer-files.js';
import { configText } from './config-text.js';
import { dtypeName, type JsonObject, parseDecoderConfig } from './hugging-face-config.js';
import { type ModelFiles, readJson } from './model-files.js';
import { openWeights, writeWeights } from './weight-files.js';

/** What a model is, without its weights. */
export interface ModelDescription {
  readonly config: DecoderConfig;
  readonly configJson: JsonObject;
  readonly tokenizer: Tokenizer;
  /** Tokens that end a generated text, from the tokenizer and `generation_config.json`. */
  readonly endIds: readonly number[];
}

export interface Model extends ModelDescription {
  readonly parameters: Record<string, HostTensor>;
}

/** Reads and checks a whole model. `scratch` is a folder where the tokenizer's files may be put beside each other. */
export async function readModel(artifact: ModelFiles, scratch: string): Promise<Model> {
  const description = await readModelDescription(artifact, scratch);
  return { ...description, parameters: await readWeights(artifact, parameterShapes(description.config)) };
}

/** `parse` reads the decoder's config from the model's `config.json`, and refuses what it cannot be. */
export async function readModelDescription(
  artifact: ModelFiles,
  scratch: string,
  parse: (json: JsonObject) => DecoderConfig = parseDecoderConfig,
): Promise<ModelDescription> {
  const json = await readConfigJson(artifact);
  const config = parse(json);
  const tokenizer = await readTokenizer(artifact, scratch);
  if (tokenizer.vocabSize > config.vocabSize) {
    throw new Failure(
      'tokenizer-mismatch',
      `The model's tokenizer has ${tokenizer.vocabSize} tokens, and the model embeds ${config.vocabSize}.`,
      'The tokenizer is not the one that the model was made with.',
    );
  }
  return { config, configJson: json, tokenizer, endIds: await readEndIds(artifact, tokenizer) };
}

/** An artifact's files need not lie in one folder, and a tokenizer is read from one. */
export async function readTokenizer(artifact: ModelFiles, scratch: string): Promise<Tokenizer> {
  const folder = join(scratch, 'tokenizer');
  await copyTokenizer(artifact, folder);
  return loadTokenizer(folder);
}

/** Copies the tokenizer's files into `folder`. */
export async function copyTokenizer(artifact: ModelFiles, folder: string): Promise<void> {
  const entries = new Set(artifact.entries());
  if (!entries.has('tokenizer.json')) {
    throw new Failure('tokenizer-missing', `The ${artifact.type} has no tokenizer.json.`);
  }
  await mkdir(folder, { recursive: true });
  for (const name of tokenizerFiles) {
    if (entries.has(name)) await copyContent(artifact.path(name), join(folder, name));
  }
}

/** The content only: a stored file may be read-only, and a later write to the copy must not fail. */
async function copyContent(from: string, to: string): Promise<void> {
  await writeFile(to, await readFile(from));
}

async function readEndIds(artifact: ModelFiles, tokenizer: Tokenizer): Promise<number[]> {
  const ids = new Set<number>();
  if (tokenizer.eosId !== undefined) ids.add(tokenizer.eosId);
  if (artifact.entries().includes('generation_config.json')) {
    const generation = await readJson(artifact.path('generation_config.json'), 'generation_config.json');
    for (const id of [generation.eos_token_id].flat()) if (typeof id === 'number') ids.add(id);
  }
  return [...ids];
}

/** Reads the weights of these names and shapes, in float32. Throws `Failure` where they differ from what is there. */
export async function readWeights(
  files: ModelFiles,
  shapes: ReturnType<typeof parameterShapes>,
): Promise<Record<string, HostTensor>> {
  const weights = await openWeights(files, shapes);
  try {
    const parameters: Record<string, HostTensor> = {};
    for (const name of weights.names) parameters[name] = await weights.read(name);
    return parameters;
  } finally {
    await weights.close();
  }
}

export async function readConfigJson(files: ModelFiles): Promise<JsonObject> {
  return readJson(files.path('config.json'), 'config.json');
}

/** Writes a model made from nothing, with a tokenizer's files. */
export async function writeModel(
  folder: string,
  model: { readonly config: JsonObject; readonly generation: JsonObject; readonly parameters: HostTensors },
  tokenizer: Artifact,
): Promise<void> {
  await copyTokenizer(tokenizer, folder);
  await writeFile(join(folder, 'config.json'), configText(model.config));
  await writeFile(join(folder, 'generation_config.json'), configText(model.generation));
  await writeWeights(folder, sourcesOf(model.parameters));
}

/** Writes a model with the same architecture and tokenizer as `base`, and other weights. */
export async function writeTunedModel(folder: string, base: Artifact, configJson: JsonObject, parameters: HostTensors) {
  await copyTokenizer(base, folder);
  // The weights are written in float32, whatever the base was stored in.
  const { dtype: _, torch_dtype: __, ...rest } = configJson;
  await writeFile(join(folder, 'config.json'), configText({ ...rest, torch_dtype: 'float32' }));
  if (base.entries().includes('generation_config.json')) {
    await copyContent(base.path('generation_config.json'), join(folder, 'generation_config.json'));
  }
  await writeWeights(folder, sourcesOf(parameters));
}

/** Copies a whole model with its weights in another dtype or in shards, tensor by tensor. Returns how many files hold weights. */
export async function copyModel(
  files: ModelFiles,
  { config, configJson }: Pick<ModelDescription, 'config' | 'configJson'>,
  folder: string,
  options: { readonly dtype: FloatDtype; readonly maxShardBytes?: number },
): Promise<number> {
  await copyTokenizer(files, folder);
  if (files.entries().includes('generation_config.json')) {
    await copyContent(files.path('generation_config.json'), join(folder, 'generation_config.json'));
  }
  const { dtype: _, torch_dtype: __, ...rest } = configJson;
  const dtype = dtypeName[options.dtype];
  await writeFile(join(folder, 'config.json'), configText({ ...rest, dtype, torch_dtype: dtype }));
  const shapes = parameterShapes(config);
  const weights = await openWeights(files, shapes);
  try {
    const tensors = weights.names.map(
      (name) => [name, { shape: shapes[name]!, read: () => weights.read(name) }] as const,
    );
    return await writeWeights(folder, Object.fromEntries(tensors), options);
  } finally {
    await weights.close();
  }
}
