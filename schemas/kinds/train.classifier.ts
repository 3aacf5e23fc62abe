/** The config of `train.classifier`. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { dropoutProperties } from './dropout.js';
import { poolingSchema } from './train.reward.js';
import { trainingProperties } from './training.js';

export const trainClassifierSchema = {
  type: 'object',
  properties: {
    ...trainingProperties,
    ...dropoutProperties,
    learning_rate: { type: 'number', exclusiveMinimum: 0, default: 5e-5, description: 'Highest learning rate.' },
    problem_type: {
      enum: [null, 'single_label_classification', 'multi_label_classification'],
      default: null,
      description:
        'Whether one label holds for a text, or any number of them. Null: several if the rows have lists of labels, else one.',
    },
    labels: {
      type: ['array', 'null'],
      items: { type: 'string', minLength: 1 },
      minItems: 1,
      uniqueItems: true,
      default: null,
      description:
        'The labels, in the order of the outputs. Null: those of the rows, or of the classifier to begin from.',
    },
    label_order: {
      enum: ['sorted', 'appearance'],
      default: 'sorted',
      description:
        'The order of labels that are taken from the rows: by name, integers by size; or as they first appear.',
    },
    class_weights: {
      anyOf: [
        { type: 'null' },
        { const: 'balanced' },
        { type: 'object', additionalProperties: { type: 'number', exclusiveMinimum: 0 }, minProperties: 1 },
      ],
      default: null,
      description:
        'How much the examples of each label weigh: `balanced`, so that all labels weigh alike together however rare; or a weight a label, 1 where none is given. Where several labels may hold, how much their presence weighs against their absence. Null: all alike.',
    },
    pooling: poolingSchema,
    overlong: {
      enum: ['error', 'truncate', 'drop'],
      default: 'truncate',
      description:
        'What to do with a text of more tokens than `max_length`: fail, cut off its end, or leave it out. Each is counted.',
    },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type TrainClassifierConfig = FromSchema<typeof trainClassifierSchema>;
