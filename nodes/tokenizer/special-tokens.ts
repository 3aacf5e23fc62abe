/** The special tokens of a tokenizer that is trained, and how its files name them. */
import { chatmlTokens } from './chat-template.js';
import type { TokenizerTrainConfig } from './train.kind.js';

/** Tokens that stand for no text; `eos` and `pad` are named by their roles, others have none. */
export interface SpecialTokens {
  readonly eos: string;
  readonly pad: string;
  readonly bos: string | null;
  /** What is not known; byte-level BPE has no need of it. */
  readonly unk: string | null;
  readonly others: readonly string[];
}

/** Each special token once, in the order of their ids. */
export function listSpecialTokens({ eos, pad, bos, unk, others }: SpecialTokens): string[] {
  return [...new Set([eos, pad, ...(bos === null ? [] : [bos]), ...(unk === null ? [] : [unk]), ...others])];
}

/** Those that a config of `tokenizer.train` asks for. */
export function specialTokensOf(config: TokenizerTrainConfig): SpecialTokens {
  const { eos_token: eos, pad_token: pad, bos_token: bos, special_tokens: named, chat_template: template } = config;
  const unk = config.unk_token ?? { bpe: null, unigram: '<unk>', wordpiece: '[UNK]' }[config.model];
  return { eos, pad, bos, unk, others: [...named, ...(template === 'chatml' ? chatmlTokens : [])] };
}

/** `tokenizer_config.json`, as the `AutoTokenizer` of Transformers reads it. */
export function tokenizerConfigJson(special: SpecialTokens): object {
  const names = listSpecialTokens(special);
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    added_tokens_decoder: Object.fromEntries(names.map((content, id) => [String(id), addedToken(content)])),
    ...(special.bos === null ? {} : { bos_token: special.bos }),
    eos_token: special.eos,
    pad_token: special.pad,
    ...(special.unk === null ? {} : { unk_token: special.unk }),
    clean_up_tokenization_spaces: false,
  };
}

/** An entry of `added_tokens`. */
export function addedToken(content: string): object {
  return { content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}
