/** Adds tokens to the files of a tokenizer. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import { loadTokenizer } from './tokenizer.js';

/** Names that the vocabulary does not have yet; special ones get the lower ids. */
export interface NewTokens {
  readonly special: readonly string[];
  readonly plain: readonly string[];
}

type Json = Record<string, unknown>;

/**
 * Gives the tokens the ids from `firstId` on, which must be one more than the largest there is, and gives roles to
 * tokens; a role that is null stays. Throws `Failure` where the library would read the file otherwise.
 */
export async function addTokens(
  folder: string,
  { special, plain }: NewTokens,
  firstId: number,
  roles: Readonly<Record<string, string | null>>,
): Promise<void> {
  const added = [...special, ...plain].map((content, index) => ({
    id: firstId + index,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: index >= special.length,
    special: index < special.length,
  }));
  await edit(join(folder, 'tokenizer.json'), (json) => ({
    ...json,
    added_tokens: [...((json.added_tokens ?? []) as readonly Json[]), ...added],
  }));
  const named = Object.fromEntries(Object.entries(roles).filter(([, token]) => token !== null));
  const decoder = Object.fromEntries(added.map(({ id, ...token }) => [String(id), token]));
  await edit(join(folder, 'tokenizer_config.json'), (json) => ({
    ...json,
    added_tokens_decoder: { ...((json.added_tokens_decoder ?? {}) as Json), ...decoder },
    ...named,
  }));
  const tokenizer = loadTokenizer(folder);
  const wrong = added.find(({ id, content }) => tokenizer.tokenToId(content) !== id);
  if (!wrong) return;
  const { id, content } = wrong;
  throw new Failure(
    'token-not-added',
    `The tokenizer gives ${JSON.stringify(content)} the id ${tokenizer.tokenToId(content)} instead of ${id}.`,
    'Its vocabulary has gaps, so that the next free id is not known.',
  );
}

async function edit(path: string, change: (json: Json) => Json): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => '{"tokenizer_class":"PreTrainedTokenizerFast"}');
  await writeFile(path, `${JSON.stringify(change(JSON.parse(text) as Json), null, 2)}\n`);
}
