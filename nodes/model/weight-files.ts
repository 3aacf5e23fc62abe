/**
 * A model's weights on disk: `model.safetensors`, or shards `model-00001-of-00003.safetensors` with an index that says
 * which holds what. Nothing is read before it is asked for.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareCodePoints } from '../../cache/code-point-order.js';
import { Failure } from '../../engine/failure.js';
import { type FloatDtype, floatDtypes, openSafetensors, type SafetensorsFile } from '../format/safetensors.js';
import { floatBytes, type TensorSources, writeSafetensorsFrom } from '../format/safetensors-writer.js';
import { headWeight } from '../nn/sequence-head.js';
import type { HostTensor } from '../tensor/device.js';
import { sizeOf } from '../tensor/host-tensor.js';
import { type ModelFiles, readJson } from './model-files.js';
import { parameterOf } from './stored-names.js';

export const weightsFile = 'model.safetensors';
export const indexFile = 'model.safetensors.index.json';

export interface Weights {
  readonly names: readonly string[];
  /** How the numbers lie on the disk, of all that are not float32: the commonest, or F32. */
  readonly dtype: FloatDtype;
  /** Widened to float32. */
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** Opens the weights and holds their headers against `shapes`: all there, of the right shape, and none too many. */
export async function openWeights(files: ModelFiles, shapes: Shapes): Promise<Weights> {
  const opened: SafetensorsFile[] = [];
  const close = async () => void (await Promise.all(opened.map((file) => file.close())));
  try {
    const holders = new Map<string, Holder>();
    for (const shard of await shardsOf(files)) {
      const file = await openSafetensors(files.path(shard));
      opened.push(file);
      for (const [name, stored] of checkedNames(file, shapes, shard)) {
        if (holders.has(name)) throw new Failure('model-invalid', `The weight ${name} is in more than one file.`);
        holders.set(name, { file, stored });
      }
    }
    const missing = Object.keys(shapes).filter((name) => !holders.has(name));
    if (missing.length > 0) {
      throw new Failure('weights-missing', `The model lacks ${missing.length} of its weights, such as ${missing[0]}.`);
    }
    await refuseSecondOutput(opened, holders, shapes);
    const names = [...holders.keys()];
    const read = (name: string) => {
      const { file, stored } = holders.get(name)!;
      return file.read(stored);
    };
    return { names, dtype: commonDtype(holders), close, read };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A tied output projection may be written twice. If it is another one, the config is wrong, and Transformers uses both. A
 * model that scores sequences has none: what its base left behind is not read.
 */
async function refuseSecondOutput(
  files: readonly SafetensorsFile[],
  holders: ReadonlyMap<string, Holder>,
  shapes: Shapes,
): Promise<void> {
  const output = 'lm_head.weight';
  const file = files.find(({ entries }) => entries.has(output));
  const embedding = Object.keys(shapes).find((name) => /\.(embed_tokens|wte)\.weight$/.test(name));
  if (!file || !embedding || Object.hasOwn(shapes, output) || Object.hasOwn(shapes, headWeight)) return;
  const holder = holders.get(embedding)!;
  const [own, tied] = [await file.read(output), await holder.file.read(holder.stored)];
  if (own.data.length === tied.data.length && own.data.every((value, index) => value === tied.data[index])) return;
  throw new Failure(
    'weights-mismatch',
    `The model's config.json ties the output to the embedding, and its ${output} differs from ${embedding}.`,
    'Set tie_word_embeddings to false in its config.json.',
  );
}

/** Where a weight lies, and what it is called there. */
interface Holder {
  readonly file: SafetensorsFile;
  readonly stored: string;
}

async function shardsOf(files: ModelFiles): Promise<string[]> {
  const entries = files.entries();
  if (!entries.includes(indexFile)) {
    if (entries.includes(weightsFile)) return [weightsFile];
    const other = entries.find((name) => /\.(bin|pt|pth|ckpt|safetensors)$/.test(name));
    throw new Failure(
      'weights-missing',
      `The model has neither ${weightsFile} nor ${indexFile}.`,
      other && `It has ${other}: load it in Transformers and call save_pretrained, which writes ${weightsFile}.`,
    );
  }
  const map = (await readJson(files.path(indexFile), indexFile)).weight_map;
  const shards = typeof map === 'object' && map !== null ? [...new Set<unknown>(Object.values(map))] : [];
  if (shards.length === 0 || !shards.every((shard) => typeof shard === 'string')) {
    throw new Failure('model-invalid', `${indexFile} has no weight_map from weights to files.`);
  }
  const absent = shards.find((shard) => !entries.includes(shard));
  if (absent !== undefined) {
    throw new Failure('weights-missing', `${indexFile} names the file ${absent}, which the model does not have.`);
  }
  return shards.sort(compareCodePoints);
}

/** The weights of one file that the model uses, each with its name in the file. */
function checkedNames(file: SafetensorsFile, shapes: Shapes, shard: string): [name: string, stored: string][] {
  return [...file.entries].flatMap(([stored, { shape: found, dtype }]): [string, string][] => {
    const parameter = parameterOf(stored, shapes);
    if (parameter === 'spare') return [];
    if (parameter === undefined) {
      throw new Failure(
        'weights-unexpected',
        `The model holds the weight ${stored}, which its config.json does not imply.`,
      );
    }
    const { name } = parameter;
    const shape = shapes[name]!;
    if (shape.join() !== found.join()) {
      throw new Failure('weights-mismatch', `${name} is [${found}], and config.json implies [${shape}].`);
    }
    if (!isFloat(dtype)) {
      const message = `${stored} of ${shard} is ${dtype}; ${floatDtypes.join(', ')} can be read.`;
      throw new Failure('dtype-unsupported', message);
    }
    return [[name, stored]];
  });
}

function isFloat(dtype: string): dtype is FloatDtype {
  return (floatDtypes as readonly string[]).includes(dtype);
}

function commonDtype(holders: ReadonlyMap<string, Holder>): FloatDtype {
  const counts: Record<FloatDtype, number> = { F32: 0, F16: 0, BF16: 0 };
  for (const { file, stored } of holders.values()) counts[file.entries.get(stored)!.dtype as FloatDtype]++;
  return floatDtypes.reduce((best, dtype) => (counts[dtype] > counts[best] ? dtype : best), 'F32' as FloatDtype);
}

export interface WeightOptions {
  readonly dtype?: FloatDtype;
  /** No file is larger, but for one that holds a single tensor. Default: 5 GB, as many hosts prefer. */
  readonly maxShardBytes?: number;
}

/** Writes one file, or shards and their index. Returns how many files of weights there are. */
export async function writeWeights(folder: string, tensors: TensorSources, options: WeightOptions = {}) {
  const { dtype = 'F32', maxShardBytes = 5e9 } = options;
  const shards = shareOut(tensors, floatBytes[dtype], maxShardBytes);
  if (shards.length === 1) {
    await writeSafetensorsFrom(join(folder, weightsFile), tensors, { dtype });
    return 1;
  }
  const weight_map: Record<string, string> = {};
  for (const [index, names] of shards.entries()) {
    const number = (n: number) => String(n).padStart(5, '0');
    const file = `model-${number(index + 1)}-of-${number(shards.length)}.safetensors`;
    for (const name of names) weight_map[name] = file;
    const own = Object.fromEntries(names.map((name) => [name, tensors[name]!]));
    await writeSafetensorsFrom(join(folder, file), own, { dtype });
  }
  const elements = Object.values(tensors).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const metadata = { total_parameters: elements, total_size: elements * floatBytes[dtype] };
  await writeFile(join(folder, indexFile), `${JSON.stringify({ metadata, weight_map }, null, 2)}\n`);
  return shards.length;
}

/** Tensors in the order of their names; a file is full when the next would not fit. */
function shareOut(tensors: TensorSources, elementBytes: number, maxBytes: number): string[][] {
  const shards: string[][] = [[]];
  let bytes = 0;
  for (const name of Object.keys(tensors).sort(compareCodePoints)) {
    const size = sizeOf(tensors[name]!.shape) * elementBytes;
    if (bytes + size > maxBytes && shards.at(-1)!.length > 0) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)!.push(name);
    bytes += size;
  }
  return shards;
}
