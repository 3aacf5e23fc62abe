/** What a reward model reads. */
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { withBos } from '../train/example.js';
import { noEosToken } from '../train/self-supervised.js';

/** What becomes of a row of which a prompt with a response has more than the most tokens. */
export type Overlong = 'error' | 'truncate' | 'drop';

/**
 * The tokens of a prompt with its response, tokenised together, as a reward model reads them: BOS in front where the
 * tokenizer has one, and EOS behind, since an answer is judged when it has ended.
 */
export function rewardSequence(
  ids: readonly number[],
  { bosId, eosId }: Pick<Tokenizer, 'bosId'> & { readonly eosId: number },
): number[] {
  return [...withBos(ids, bosId), eosId];
}

/** The sequences of each prompt's responses, in their order. Throws `Failure` where the tokenizer has no EOS. */
export async function rewardSequences(
  rows: readonly { readonly prompt: string; readonly responses: readonly string[] }[],
  tokenizer: Tokenizer,
): Promise<number[][][]> {
  const { bosId, eosId } = tokenizer;
  if (eosId === undefined) throw noEosToken();
  const texts = rows.flatMap(({ prompt, responses }) => responses.map((response) => prompt + response));
  const encodings = (await tokenizer.encodeBatch(texts)).values();
  const next = () => rewardSequence(encodings.next().value!.ids, { bosId, eosId });
  return rows.map(({ responses }) => responses.map(next));
}
