/** The names of tensors in a file of weights, which are not always those that Transformers gives them today. */

/** Buffers that follow from the config, in files of older versions; a tied output projection may be written twice. */
const spare = /(^|\.)(rotary_emb\.inv_freq|attn\.bias|attn\.masked_bias)$|^lm_head\.weight$/;

/** The first part of the names in a language model; files of the bare decoder, as GPT-2's, lack it. */
const prefixes = ['', 'transformer.', 'model.'];

/** Which of the parameters a stored tensor is, `spare` for one that is not needed, and undefined for an unknown one. */
export function parameterOf(
  stored: string,
  parameters: Readonly<Record<string, unknown>>,
): { readonly name: string } | 'spare' | undefined {
  for (const prefix of prefixes) {
    const name = `${prefix}${stored}`;
    if (Object.hasOwn(parameters, name)) return { name };
  }
  return spare.test(stored) ? 'spare' : undefined;
}
