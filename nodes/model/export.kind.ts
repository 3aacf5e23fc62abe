import { defineKind, type Kind, type OutputPort } from '../../engine/kind.js';
import { type ModelExportConfig, modelExportSchema } from '../../schemas/kinds/model.export.js';

const outputs: Readonly<Record<ModelExportConfig['format'], Readonly<Record<string, OutputPort<ModelExportConfig>>>>> =
  {
    safetensors: { model: { type: 'model', description: 'With `format: safetensors`: a Hugging Face directory.' } },
    gguf: { file: { type: 'file', description: 'With `format: gguf`: a GGUF file.' } },
  };

export const modelExport: Kind = defineKind<ModelExportConfig>({
  name: 'model.export',
  version: 1,
  description: 'Writes a model for others: with its weights in another dtype, in shards, or as a GGUF file.',
  runs: 'worker',
  schema: modelExportSchema,
  inputs: {
    model: { type: 'model', description: 'The model.' },
    card: {
      type: 'file',
      optional: true,
      description: 'With `format: safetensors`: a model card, as of `model.card`, which becomes the README.md.',
    },
  },
  outputs: { ...outputs.safetensors, ...outputs.gguf },
  ports: ({ config, inputs: _ }) => ({
    inputs: modelExport.inputs,
    outputs: (config as Partial<ModelExportConfig> | null)?.format === 'gguf' ? outputs.gguf : outputs.safetensors,
  }),
  check: ({ format, dtype }) =>
    format === 'safetensors' && dtype === 'q8_0'
      ? [{ pointer: '/dtype', message: 'must be a floating point type for safetensors; `q8_0` is for `format: gguf`' }]
      : [],
  load: () => import('./export.js'),
});
