/** The config of `model.export`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const modelExportSchema = {
  type: 'object',
  properties: {
    format: {
      enum: ['safetensors', 'gguf'],
      default: 'safetensors',
      description:
        '`safetensors`: a Hugging Face directory, the output `model`. `gguf`: one file for llama.cpp and what builds on it, the output `file`.',
    },
    dtype: {
      enum: ['float32', 'float16', 'bfloat16', 'q8_0'],
      default: 'float32',
      description:
        'What the weights are rounded to, to the nearest. `q8_0` is for gguf: 8 bits, with a scale for every 32. In a .gguf file vectors stay float32.',
    },
    max_shard_size: {
      type: 'string',
      pattern: '^[0-9]+(\\.[0-9]+)?(KB|MB|GB)$',
      default: '5GB',
      description: 'For safetensors: no file is larger, unless one tensor is. What is larger is written in shards.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type ModelExportConfig = FromSchema<typeof modelExportSchema>;
