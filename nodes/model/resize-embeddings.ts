/** `model.resize_embeddings`: new tokens in the tokenizer, new rows in the embeddings. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { ModelResizeEmbeddingsConfig } from '../../schemas/kinds/model.resize_embeddings.js';
import { parameterShapes } from '../nn/decoder-config.js';
import type { HostTensor } from '../tensor/device.js';
import { addTokens, type NewTokens } from '../tokenizer/add-tokens.js';
import { chatmlTokens } from '../tokenizer/chat-template.js';
import { chatTemplateFile, readChatTemplate } from '../tokenizer/chat-template-option.js';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer.js';
import { configText } from './config-text.js';
import type { JsonObject } from './hugging-face-config.js';
import { type Model, readModel, writeTunedModel } from './model-directory.js';
import { addRows } from './new-rows.js';

type Context = RunContext<ModelResizeEmbeddingsConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const { config } = context;
  const base = context.input('model');
  const model = await readModel(base, context.scratch);
  const known = (token: string) => model.tokenizer.tokenToId(token) !== undefined;
  const added = newTokensOf(config, known);
  const needed = Math.max(
    model.config.vocabSize,
    model.tokenizer.vocabSize + added.special.length + added.plain.length,
  );
  const multiple = config.pad_to_multiple_of ?? 1;
  const vocabSize = Math.ceil(needed / multiple) * multiple;

  const folder = context.output('model');
  const parameters = resize(model, vocabSize, config);
  await writeTunedModel(folder, base, { ...model.configJson, vocab_size: vocabSize }, parameters);
  await addTokens(folder, added, model.tokenizer.vocabSize, {
    eos_token: config.eos_token,
    pad_token: config.pad_token,
    bos_token: config.bos_token,
  });
  const template = await readChatTemplate(config, context.sources);
  if (template !== undefined) await writeFile(join(folder, chatTemplateFile), template);
  const tokenizer = loadTokenizer(folder);
  await nameIds(folder, config, tokenizer);

  const count = added.special.length + added.plain.length;
  context.display('embeddings', `${count} tokens added: ${model.config.vocabSize} rows before, ${vocabSize} now`);
  return { metrics: { added_tokens: count, vocab_size: vocabSize } };
}

function newTokensOf(config: ModelResizeEmbeddingsConfig, known: (token: string) => boolean): NewTokens {
  const marks = config.chat_template === 'chatml' ? chatmlTokens : [];
  const special = [...new Set([...config.special_tokens, ...marks])].filter((token) => !known(token));
  return { special, plain: config.tokens.filter((token) => !known(token)) };
}

/**
 * Every weight that has a row for each token gets rows for the new ones. Rows that the model had to spare, without a
 * token, become those of the first new tokens, and are drawn anew with them.
 */
function resize(model: Model, vocabSize: number, config: ModelResizeEmbeddingsConfig): Record<string, HostTensor> {
  const shapes = parameterShapes({ ...model.config, vocabSize });
  const kept = Math.min(model.tokenizer.vocabSize, model.config.vocabSize);
  const options = {
    seed: config.seed,
    aroundMean: config.mean_resizing,
    initializerRange: model.config.initializerRange,
  };
  return Object.fromEntries(
    Object.entries(model.parameters).map(([name, tensor]) => {
      const rows = shapes[name]?.[0];
      const grows =
        rows !== undefined && parameterShapes({ ...model.config, vocabSize: vocabSize + 1 })[name]![0] !== rows;
      return [name, grows ? addRows(name, tensor, kept, vocabSize, options) : tensor];
    }),
  );
}

/** A role that is given to another token moves its id in `config.json` and `generation_config.json`, too. */
async function nameIds(folder: string, config: ModelResizeEmbeddingsConfig, tokenizer: Tokenizer): Promise<void> {
  const ids: Record<string, number> = {};
  if (config.eos_token !== null) ids.eos_token_id = tokenizer.eosId!;
  if (config.pad_token !== null) ids.pad_token_id = tokenizer.padId!;
  if (config.bos_token !== null) ids.bos_token_id = tokenizer.bosId!;
  if (Object.keys(ids).length === 0) return;
  for (const name of ['config.json', 'generation_config.json']) {
    const path = join(folder, name);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    await writeFile(path, configText({ ...(JSON.parse(text) as JsonObject), ...ids }));
  }
}
