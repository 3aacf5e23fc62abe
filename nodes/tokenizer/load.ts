/** `tokenizer.load`: a tokenizer's files into one folder, checked. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TokenizerLoadConfig } from '../../schemas/kinds/tokenizer.load.js';
import { compileChatTemplate } from './chat-template.js';
import { chatTemplateFile, readChatTemplate, warnOfUnknownMarks } from './chat-template-option.js';
import { loadTokenizer, type Tokenizer } from './tokenizer.js';

type Context = RunContext<TokenizerLoadConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const { config } = context;
  const folder = context.output('tokenizer');
  await mkdir(folder, { recursive: true });
  await copyFiles(context, folder);
  await nameRoles(config, folder);
  const template = await readChatTemplate(config, context.sources);
  if (template !== undefined) await writeFile(join(folder, chatTemplateFile), template);
  const tokenizer = loadTokenizer(folder);
  await checkEncoding(tokenizer);
  if (tokenizer.chatTemplate !== undefined) {
    compileChatTemplate(tokenizer.chatTemplate, tokenizer.templateVariables);
    warnOfUnknownMarks(tokenizer, context);
  }
  if (tokenizer.eosId === undefined) {
    context.warn('The tokenizer names no eos_token, so that no model can learn with it where a text ends.');
  }
  context.display('tokenizer', describe(tokenizer));
  return { metrics: { vocab_size: tokenizer.vocabSize } };
}

async function copyFiles({ config, sources }: Context, folder: string): Promise<void> {
  const alone = config.path.endsWith('.json') ? posix.normalize(config.path) : undefined;
  const template = config.chat_template_path === null ? undefined : posix.normalize(config.chat_template_path);
  let found = false;
  for (const { name, path } of sources) {
    // A template in the folder itself is both one of the tokenizer's files and the one asked for.
    if (name === template) continue;
    const file = name === alone ? 'tokenizer.json' : posix.basename(name);
    found ||= file === 'tokenizer.json';
    await writeFile(join(folder, file), await readFile(path));
  }
  if (found) return;
  throw new Failure(
    'tokenizer-missing',
    `There is no tokenizer.json in ${config.path}.`,
    'Older tokenizers have none: AutoTokenizer.from_pretrained(…).save_pretrained(…) of Transformers writes it.',
  );
}

/** Writes the roles that the config names into `tokenizer_config.json`, which Transformers wants to be there. */
async function nameRoles(config: TokenizerLoadConfig, folder: string): Promise<void> {
  const { eos_token, pad_token, bos_token } = config;
  const named = Object.entries({ eos_token, pad_token, bos_token }).filter(([, token]) => token !== null);
  const path = join(folder, 'tokenizer_config.json');
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before !== undefined && named.length === 0) return;
  let json: object = { tokenizer_class: 'PreTrainedTokenizerFast' };
  try {
    if (before !== undefined) json = JSON.parse(before) as object;
  } catch {
    return; // The tokenizer's loader says what is wrong with it.
  }
  await writeFile(path, `${JSON.stringify({ ...json, ...Object.fromEntries(named) }, null, 2)}\n`);
}

const probe = 'The quick brown fox, 12 + 34 = 46.\n';

/** A file may be read and still be no tokenizer that works: one whose ids are beyond its vocabulary, or that yields none. */
async function checkEncoding(tokenizer: Tokenizer): Promise<void> {
  const { ids } = await tokenizer.encode(probe);
  const text = await tokenizer.decode(ids);
  if (ids.length > 0 && text.length > 0 && ids.every((id) => tokenizer.idToToken(id) !== undefined)) return;
  throw new Failure('tokenizer-invalid', `The tokenizer gives no tokens for ${JSON.stringify(probe)}.`);
}

function describe({ vocabSize, idToToken, eosId, padId, bosId, chatTemplate }: Tokenizer): string {
  const role = (name: string, id: number | undefined) => (id === undefined ? `no ${name}` : `${name} ${idToToken(id)}`);
  const roles = [role('bos', bosId), role('eos', eosId), role('pad', padId)];
  return [`${vocabSize} tokens`, ...roles, chatTemplate === undefined ? 'no chat template' : 'a chat template'].join(
    '; ',
  );
}
