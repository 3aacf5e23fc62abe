/** A GGUF file → a Hugging Face model directory. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../../engine/failure.js';
import { type GgufFile, openGguf } from '../../format/gguf/reader.js';
import type { FloatDtype } from '../../format/safetensors.js';
import type { TensorSource } from '../../format/safetensors-writer.js';
import type { HostTensor } from '../../tensor/device.js';
import { chatTemplateFile } from '../../tokenizer/chat-template-option.js';
import { configText } from '../config-text.js';
import { dtypeName, type JsonObject } from '../hugging-face-config.js';
import { writeWeights } from '../weight-files.js';
import { type Architecture, patternOf, renamed } from './architecture.js';
import { architectureOf, configOf, generationConfigOf } from './config.js';
import { type Keys, settingTensors } from './keys.js';
import { readMetadata } from './metadata.js';
import { tokenizerOf } from './tokenizer.js';

export interface Imported {
  /** What the file says of itself: name, licence. */
  readonly about: string;
  /** How many tensors of each type, such as `210 Q4_1, 61 F32`. */
  readonly types: string;
}

/** Writes into `folder`, which is there. Throws `Failure` for what cannot be read rightly. */
export async function importGguf(path: string, name: string, folder: string, dtype: FloatDtype): Promise<Imported> {
  const file = await openGguf(path, name);
  try {
    const metadata = readMetadata(file.metadata, name);
    const parts = metadata.optionalNumber('split.count') ?? 1;
    if (parts > 1)
      throw new Failure('gguf-split', `${name} is one of ${parts} parts.`, 'Join them: llama-gguf-split --merge.');
    const architecture = architectureOf(metadata);
    const config = configOf(architecture, metadata, file.tensors, await settings(file));
    const { tokenizer, config: tokenizerConfig, chatTemplate } = tokenizerOf(metadata);
    const write = (entry: string, value: object) => writeFile(join(folder, entry), configText(value));
    await write('config.json', { ...config, dtype: dtypeName[dtype], torch_dtype: dtypeName[dtype] });
    await write('generation_config.json', generationConfigOf(metadata));
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
    await write('tokenizer_config.json', tokenizerConfig);
    if (chatTemplate !== undefined) await writeFile(join(folder, chatTemplateFile), chatTemplate);
    await writeWeights(folder, weightsOf(file, architecture, config, name), { dtype });
    const about = ['name', 'license'].flatMap((key) => metadata.optionalString(`general.${key}`) ?? []);
    return { about: about.join(', '), types: countTypes(file) };
  } finally {
    await file.close();
  }
}

async function settings(file: GgufFile): Promise<Keys['vectors']> {
  const vectors = new Map<string, Float32Array>();
  for (const name of settingTensors) {
    if (file.tensors.has(name)) vectors.set(name, (await file.read(name)).data as Float32Array);
  }
  return vectors;
}

/** Hugging Face's names; a tensor that has none is refused, since the model would be computed without it. */
function weightsOf(file: GgufFile, architecture: Architecture, config: JsonObject, shown: string) {
  const heads = {
    heads: Number(config.num_attention_heads ?? config.n_head),
    keyValueHeads: Number(config.num_key_value_heads ?? config.n_head),
  };
  const weights: Record<string, TensorSource> = {};
  for (const [name, { shape }] of file.tensors) {
    if (settingTensors.includes(name)) continue;
    const target = renamed(name, architecture.tensors);
    if (target === undefined) {
      const message = `${shown} holds the tensor ${name}, which a model of the architecture ${architecture.name} does not have.`;
      throw new Failure('weights-unexpected', message);
    }
    const turn = architecture.turns[patternOf(name).pattern];
    const read = async (): Promise<HostTensor> => {
      const tensor = await file.read(name);
      return turn ? turn.undo(tensor, heads) : tensor;
    };
    weights[target] = { shape: turn?.transposes ? [...shape].reverse() : shape, read };
  }
  return weights;
}

function countTypes({ tensors }: GgufFile): string {
  const counts = new Map<string, number>();
  for (const { type } of tensors.values()) counts.set(type.name, (counts.get(type.name) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');
}
