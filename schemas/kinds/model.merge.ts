/** The config of `model.merge`. */
import type { FromSchema } from 'json-schema-to-ts';

export const modelMergeSchema = { type: 'object', properties: {}, additionalProperties: false } as const;

export type ModelMergeConfig = FromSchema<typeof modelMergeSchema>;
