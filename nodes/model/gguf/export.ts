/** A Hugging Face model directory → a GGUF file, as llama.cpp's `convert_hf_to_gguf.py` lays it out. */
import { readFile } from 'node:fs/promises';
import { Failure } from '../../../engine/failure.js';
import type { WritableType } from '../../format/gguf/quantise.js';
import { type GgufTensorSource, type TypedValue, writeGguf } from '../../format/gguf/writer.js';
import { parameterShapes } from '../../nn/decoder-config.js';
import type { JsonObject } from '../hugging-face-config.js';
import { readModelDescription } from '../model-directory.js';
import type { ModelFiles } from '../model-files.js';
import { openWeights } from '../weight-files.js';
import { type Architecture, architectures, patternOf, renamed } from './architectures.js';
import { ropeParts } from './rope-keys.js';
import { type TokenizerFile, tokenizerKeys } from './tokenizer-keys.js';

/** `general.file_type` */
const fileTypes: Readonly<Record<WritableType, number>> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };

/** Throws `Failure` for what the format or its readers have no word for. */
export async function exportGguf(files: ModelFiles, scratch: string, path: string, type: WritableType): Promise<void> {
  const { config, configJson, tokenizer, endIds } = await readModelDescription(files, scratch);
  const architecture = architectures.find(({ modelType }) => modelType === configJson.model_type);
  if (!architecture) {
    throw new Failure(
      'architecture-unsupported',
      `A model of the type ${configJson.model_type} cannot be written as GGUF.`,
    );
  }
  const tokenizerFile = JSON.parse(await readFile(files.path('tokenizer.json'), 'utf8')) as TokenizerFile;
  const { eosId } = tokenizer;
  const unknown = tokenizer.templateVariables.unk_token;
  const rope = ropeParts(architecture.name, configJson, config.headWidth);
  const metadata: Record<string, TypedValue> = {
    'general.architecture': { type: 'string', value: architecture.name },
    'general.type': { type: 'string', value: 'model' },
    'general.file_type': { type: 'uint32', value: fileTypes[type] },
    'general.quantization_version': { type: 'uint32', value: 2 },
    ...sizeKeys(architecture.name, configJson, config.headWidth),
    ...rope.keys,
    ...tokenizerKeys(tokenizerFile, {
      roles: {
        bos: tokenizer.bosId,
        eos: eosId,
        padding: tokenizer.padId,
        unknown: typeof unknown === 'string' ? tokenizer.tokenToId(unknown) : undefined,
      },
      endOfTurn: endIds.find((id) => id !== eosId),
      chatTemplate: tokenizer.chatTemplate,
      rows: config.vocabSize,
    }),
  };
  const shapes = parameterShapes(config);
  const weights = await openWeights(files, shapes);
  try {
    const heads = { heads: config.heads, keyValueHeads: config.keyValueHeads };
    const tensors = Object.entries(shapes).map(([name, shape]): [string, GgufTensorSource] => {
      const target = nameOf(name, architecture);
      const turn = architecture.turns[patternOf(target).pattern];
      const read = async () => {
        const tensor = await weights.read(name);
        return turn ? turn.apply(tensor, heads) : tensor;
      };
      return [target, { shape, type: typeFor(shape, type), read }];
    });
    await writeGguf(path, metadata, { ...rope.tensors, ...Object.fromEntries(tensors) });
  } finally {
    await weights.close();
  }
}

function sizeKeys(name: string, config: JsonObject, headWidth: number): Record<string, TypedValue> {
  const whole = (value: unknown): TypedValue => ({ type: 'uint32', value: Number(value) });
  const heads = config.num_attention_heads;
  return {
    [`${name}.block_count`]: whole(config.num_hidden_layers),
    [`${name}.context_length`]: whole(config.max_position_embeddings),
    [`${name}.embedding_length`]: whole(config.hidden_size),
    [`${name}.feed_forward_length`]: whole(config.intermediate_size),
    [`${name}.attention.head_count`]: whole(heads),
    [`${name}.attention.head_count_kv`]: whole(config.num_key_value_heads ?? heads),
    [`${name}.attention.key_length`]: whole(headWidth),
    [`${name}.attention.value_length`]: whole(headWidth),
    [`${name}.attention.layer_norm_rms_epsilon`]: { type: 'float32', value: Number(config.rms_norm_eps ?? 1e-6) },
    [`${name}.vocab_size`]: whole(config.vocab_size),
  };
}

/** GGUF's name of a weight. */
function nameOf(weight: string, { tensors, name }: Architecture): string {
  const reversed = Object.fromEntries(Object.entries(tensors).map(([theirs, ours]) => [ours, theirs]));
  const target = renamed(weight, reversed);
  if (target === undefined) throw new Error(`GGUF has no name for ${weight} of the architecture ${name}.`);
  return target;
}

/** Vectors stay as they are, as all readers expect; rows that are no whole blocks are kept as F16. */
function typeFor(shape: readonly number[], type: WritableType): WritableType {
  if (shape.length === 1) return 'F32';
  return type === 'Q8_0' && shape.at(-1)! % 32 !== 0 ? 'F16' : type;
}
