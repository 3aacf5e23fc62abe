/** A model as a Hugging Face directory: `config.json`, `*.safetensors`, the tokenizer's files, `generation_config.json`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import { openSafetensors, type SafetensorsFile, writeSafetensors } from '../format/safetensors.js';
import { type DecoderConfig, parameterShapes } from '../nn/decoder-config.js';
import type { HostTensor, HostTensors } from '../tensor/device.js';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer.js';
import { tokenizerFiles } from '../tokenizer/tokenizer-files.js';
import { type JsonObject, parseDecoderConfig } from './hugging-face-config.js';

export const weightsFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';

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
export async function readModel(artifact: Artifact, scratch: string): Promise<Model> {
  const description = await readModelDescription(artifact, scratch);
  return { ...description, parameters: await readWeights(artifact, parameterShapes(description.config)) };
}

/** `parse` reads the decoder's config from the model's `config.json`, and refuses what it cannot be. */
export async function readModelDescription(
  artifact: Artifact,
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
export async function readTokenizer(artifact: Artifact, scratch: string): Promise<Tokenizer> {
  const folder = join(scratch, 'tokenizer');
  await copyTokenizer(artifact, folder);
  return loadTokenizer(folder);
}

/** Copies the tokenizer's files into `folder`. */
export async function copyTokenizer(artifact: Artifact, folder: string): Promise<void> {
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

async function readEndIds(artifact: Artifact, tokenizer: Tokenizer): Promise<number[]> {
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
  artifact: Artifact,
  shapes: ReturnType<typeof parameterShapes>,
): Promise<Record<string, HostTensor>> {
  const entries = artifact.entries();
  const index = entries.includes(indexFile) ? await readJson(artifact.path(indexFile), indexFile) : undefined;
  const shards = index ? shardsOf(index) : [weightsFile];
  const parameters: Record<string, HostTensor> = {};
  for (const shard of shards) {
    const file = await openSafetensors(artifact.path(shard));
    try {
      await readShard(file, shapes, parameters);
    } finally {
      await file.close();
    }
  }
  const missing = Object.keys(shapes).filter((name) => !(name in parameters));
  if (missing.length > 0) {
    throw new Failure('weights-missing', `The model lacks ${missing.length} of its weights, such as ${missing[0]}.`);
  }
  return parameters;
}

function shardsOf(index: JsonObject): string[] {
  const map = index.weight_map;
  if (typeof map !== 'object' || map === null) throw new Failure('model-invalid', `${indexFile} has no weight_map.`);
  return [...new Set(Object.values(map as Record<string, string>))].sort();
}

async function readShard(
  file: SafetensorsFile,
  shapes: ReturnType<typeof parameterShapes>,
  into: Record<string, HostTensor>,
): Promise<void> {
  for (const [name, entry] of file.entries) {
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (!shape) {
      // Old checkpoints store a buffer that follows from the config; a tied output projection may be written twice.
      if (name.endsWith('.rotary_emb.inv_freq') || name === 'lm_head.weight') continue;
      throw new Failure(
        'weights-unexpected',
        `The model holds the weight ${name}, which its config.json does not imply.`,
      );
    }
    if (shape.join() !== entry.shape.join()) {
      throw new Failure('weights-mismatch', `${name} is [${entry.shape}], and config.json implies [${shape}].`);
    }
    into[name] = await file.read(name);
  }
}

export async function readConfigJson(artifact: Artifact): Promise<JsonObject> {
  return readJson(artifact.path('config.json'), 'config.json');
}

async function readJson(path: string, shown: string): Promise<JsonObject> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Failure('model-invalid', `The model's ${shown} is not a JSON object.`);
}

/** Writes a model made from nothing, with a tokenizer's files. */
export async function writeModel(
  folder: string,
  model: { readonly config: JsonObject; readonly generation: JsonObject; readonly parameters: HostTensors },
  tokenizer: Artifact,
): Promise<void> {
  await copyTokenizer(tokenizer, folder);
  await writeFile(join(folder, 'config.json'), toJson(model.config));
  await writeFile(join(folder, 'generation_config.json'), toJson(model.generation));
  await writeSafetensors(join(folder, weightsFile), model.parameters);
}

/** Writes a model with the same architecture and tokenizer as `base`, and other weights. */
export async function writeTunedModel(folder: string, base: Artifact, configJson: JsonObject, parameters: HostTensors) {
  await copyTokenizer(base, folder);
  // The weights are written in float32, whatever the base was stored in.
  const { dtype: _, torch_dtype: __, ...rest } = configJson;
  await writeFile(join(folder, 'config.json'), toJson({ ...rest, torch_dtype: 'float32' }));
  if (base.entries().includes('generation_config.json')) {
    await copyContent(base.path('generation_config.json'), join(folder, 'generation_config.json'));
  }
  await writeSafetensors(join(folder, weightsFile), parameters);
}

export function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
