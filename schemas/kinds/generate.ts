/** The config of `generate`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { generationProperties } from './generation.js';

export const generateSchema = {
  type: 'object',
  properties: generationProperties,
  additionalProperties: false,
} as const satisfies JSONSchema;

export type GenerateConfig = FromSchema<typeof generateSchema>;
