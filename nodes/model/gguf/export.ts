/** A Hugging Face model directory → a GGUF file, as llama.cpp's `convert_hf_to_gguf.py` lays it out. */
import { readFile } from 'node:fs/promises';
import { Failure } from '../../../engine/failure.js';
import type { WritableType } from '../../format/gguf/quantise.js';
import { type GgufTensorSource, type TypedValue, writeGguf } from '../../format/gguf/writer.js';
import { type DecoderConfig, parameterShapes } from '../../nn/decoder-config.js';
import { readModelDescription } from '../model-directory.js';
import type { ModelFiles } from '../model-files.js';
import { openWeights } from '../weight-files.js';
import { type Architecture, patternOf, renamed } from './architecture.js';
import { architectures } from './architectures.js';
import { assertWritable } from './check-export.js';
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
  assertWritable(architecture, config);
  const tokenizerFile = JSON.parse(await readFile(files.path('tokenizer.json'), 'utf8')) as TokenizerFile;
  const { eosId } = tokenizer;
  const unknown = tokenizer.templateVariables.unk_token;
  const rope = ropeParts(architecture, config);
  const metadata: Record<string, TypedValue> = {
    'general.architecture': { type: 'string', value: architecture.name },
    'general.type': { type: 'string', value: 'model' },
    'general.file_type': { type: 'uint32', value: fileTypes[type] },
    'general.quantization_version': { type: 'uint32', value: 2 },
    ...sizeKeys(architecture.name, config, Number(configJson.max_position_embeddings ?? config.maxPositions)),
    ...rope.keys,
    ...attentionKeys(architecture.name, config),
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
      const written = turn?.transposes ? [...shape].reverse() : shape;
      return [target, { shape: written, type: typeFor(target, written, type), read }];
    });
    await writeGguf(path, metadata, { ...rope.tensors, ...Object.fromEntries(tensors) });
  } finally {
    await weights.close();
  }
}

function sizeKeys(name: string, config: DecoderConfig, longest: number): Record<string, TypedValue> {
  const epsilon = config.norm.type === 'layer' ? 'layer_norm_epsilon' : 'layer_norm_rms_epsilon';
  return {
    [`${name}.block_count`]: whole(config.layers),
    [`${name}.context_length`]: whole(longest),
    [`${name}.embedding_length`]: whole(config.width),
    [`${name}.feed_forward_length`]: whole(config.mlpWidth),
    [`${name}.attention.head_count`]: whole(config.heads),
    [`${name}.attention.head_count_kv`]: whole(config.keyValueHeads),
    [`${name}.attention.key_length`]: whole(config.headWidth),
    [`${name}.attention.value_length`]: whole(config.headWidth),
    [`${name}.attention.${epsilon}`]: { type: 'float32', value: config.norm.epsilon },
    [`${name}.vocab_size`]: whole(config.vocabSize),
  };
}

/** Windows and caps, where the model has them. */
function attentionKeys(name: string, { attention, logitCap }: DecoderConfig): Record<string, TypedValue> {
  const window = attention.find((how) => how.window !== undefined)?.window;
  const cap = attention[0]!.cap;
  return {
    ...(window === undefined ? {} : { [`${name}.attention.sliding_window`]: whole(window) }),
    ...(cap === undefined ? {} : { [`${name}.attn_logit_softcapping`]: { type: 'float32', value: cap } }),
    ...(logitCap === undefined ? {} : { [`${name}.final_logit_softcapping`]: { type: 'float32', value: logitCap } }),
  };
}

const whole = (value: number): TypedValue => ({ type: 'uint32', value });

/** GGUF's name of a weight. */
function nameOf(weight: string, { tensors, name }: Architecture): string {
  const reversed = Object.fromEntries(Object.entries(tensors).map(([theirs, ours]) => [ours, theirs]));
  const target = renamed(weight, reversed);
  if (target === undefined) {
    throw new Failure('architecture-unsupported', `GGUF has no name for ${weight} of the architecture ${name}.`);
  }
  return target;
}

/** Vectors and positions stay as they are, as all readers expect; rows that are no whole blocks are kept as F16. */
function typeFor(name: string, shape: readonly number[], type: WritableType): WritableType {
  if (shape.length === 1 || name === 'position_embd.weight') return 'F32';
  return type === 'Q8_0' && shape.at(-1)! % 32 !== 0 ? 'F16' : type;
}
