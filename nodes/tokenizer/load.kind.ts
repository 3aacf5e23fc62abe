import { defineKind, type Kind } from '../../engine/kind.js';
import { type TokenizerLoadConfig, tokenizerLoadSchema } from '../../schemas/kinds/tokenizer.load.js';
import { checkHubPath } from '../hub/check-path.js';
import { chatTemplateSources, checkChatTemplate } from './chat-template-option.js';
import { tokenizerFiles } from './tokenizer-files.js';

export const tokenizerLoad: Kind = defineKind<TokenizerLoadConfig>({
  name: 'tokenizer.load',
  version: 1,
  description: 'Takes a Hugging Face tokenizer from files, and checks that it works.',
  runs: 'worker',
  schema: tokenizerLoadSchema,
  inputs: {},
  outputs: {
    tokenizer: { type: 'tokenizer', description: '`tokenizer.json` and what Transformers reads beside it.' },
  },
  sources: (config) => [{ patterns: [filesAt(config.path)], pointer: '/path' }, ...chatTemplateSources(config)],
  check: (config) => [...checkHubPath(config.path, 'model'), ...checkChatTemplate(config)],
  load: () => import('./load.js'),
});

/** A folder stands for the files of a tokenizer in it. What is a sign of a pattern in its name is meant as it is. */
function filesAt(path: string): string {
  if (path.endsWith('.json')) return path;
  return `${path.replace(/\/+$/, '').replace(/[*?[\]{}()!]/g, '\\$&')}/{${tokenizerFiles.join(',')}}`;
}
