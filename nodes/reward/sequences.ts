/** What a reward model reads. */
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { withBos } from '../train/example.js';

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
