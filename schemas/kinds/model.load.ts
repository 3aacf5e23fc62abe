/** The config of `model.load`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const modelLoadSchema = {
  type: 'object',
  properties: {
    path: {
      type: 'string',
      minLength: 1,
      description:
        'A Hugging Face model as a folder, or a `.gguf` file: relative to the pipeline, `npm:<package>/<path>`, or of the Hub: `hf:owner/name@revision`.',
    },
    dtype: {
      enum: ['auto', 'float32', 'float16', 'bfloat16'],
      default: 'auto',
      description:
        'How the weights are kept on disk; they are computed with in float32. `auto`: as they are, and those of a .gguf file as float32.',
    },
  },
  required: ['path'],
  additionalProperties: false,
} as const satisfies JSONSchema;

export type ModelLoadConfig = FromSchema<typeof modelLoadSchema>;
