import { defineKind, type Kind } from '../../engine/kind.js';
import { type ModelLoadConfig, modelLoadSchema } from '../../schemas/kinds/model.load.js';
import { checkHubPath } from '../hub/check-path.js';
import { tokenizerFiles } from '../tokenizer/tokenizer-files.js';

export const modelLoad: Kind = defineKind<ModelLoadConfig>({
  name: 'model.load',
  version: 2,
  description: 'Takes a model from a Hugging Face directory or a GGUF file, and checks that it is whole.',
  runs: 'worker',
  schema: modelLoadSchema,
  inputs: {},
  outputs: { model: { type: 'model', description: 'A Hugging Face directory, with the tokenizer in it.' } },
  sources: ({ path }) => [{ patterns: [isGguf(path) ? path : filesAt(path)], pointer: '/path' }],
  check: ({ path }) => checkHubPath(path, 'model'),
  load: () => import('./load.js'),
});

export function isGguf(path: string): boolean {
  return path.toLowerCase().endsWith('.gguf');
}

/** `model*`: a folder may hold the weights in other files of another layout besides. */
const modelFiles = [
  'config.json',
  'generation_config.json',
  'model*.safetensors',
  'model.safetensors.index.json',
  ...tokenizerFiles,
];

/** A folder stands for the files of a model in it. What is a sign of a pattern in its name is meant as it is. */
function filesAt(path: string): string {
  return `${path.replace(/\/+$/, '').replace(/[*?[\]{}()!]/g, '\\$&')}/{${modelFiles.join(',')}}`;
}
