/** The key `adapter` of the trainers, in the names of PEFT's `LoraConfig`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

export const adapterSchema = {
  type: ['object', 'null'],
  default: null,
  description:
    'Low-rank adapters (LoRA) are trained instead of the weights: the output `adapter` holds them as PEFT does, and the output `model` has them merged. Null trains the weights themselves.',
  properties: {
    r: { type: 'integer', minimum: 1, default: 8, description: 'Rank of the update.' },
    lora_alpha: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 16,
      description: 'The update is scaled by `lora_alpha / r`.',
    },
    use_rslora: {
      type: 'boolean',
      default: false,
      description: 'Scales by `lora_alpha / √r` instead, which keeps its size as the rank grows (rsLoRA).',
    },
    use_dora: {
      type: 'boolean',
      default: false,
      description: 'Learns the length of each row of the weights apart from its direction (DoRA). Slower.',
    },
    target_modules: {
      anyOf: [
        { const: 'all-linear' },
        { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, uniqueItems: true },
      ],
      default: 'all-linear',
      description:
        'Linear modules to adapt, by the end of their names, such as `[q_proj, v_proj]`. `all-linear`: all in the layers.',
    },
    layers_to_transform: {
      type: ['array', 'null'],
      items: { type: 'integer', minimum: 0 },
      minItems: 1,
      uniqueItems: true,
      default: null,
      description: 'Only these layers are adapted, counted from 0. Null: all.',
    },
    modules_to_save: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description: 'Modules that are trained whole, by the end of their names, such as `[embed_tokens, lm_head]`.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

/** The same for the trainers that drop: an adapter can read an input of which a part is left out. */
export const droppingAdapterSchema = {
  ...adapterSchema,
  properties: {
    ...adapterSchema.properties,
    lora_dropout: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: 'Part of what the adapters read that is dropped at each step of training.',
    },
  },
} as const satisfies JSONSchema;

type AdapterWithoutDropout = NonNullable<FromSchema<typeof adapterSchema>>;

export type AdapterConfig = AdapterWithoutDropout & { readonly lora_dropout?: number };
