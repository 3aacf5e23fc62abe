/** `config.json` and `generation_config.json` as text. */

/**
 * Keys that Transformers declares as floats. It refuses a whole number there, or warns, and JavaScript would write 30.0
 * as 30.
 */
const floatKeys = [
  'attention_factor',
  'attn_logit_softcapping',
  'beta_fast',
  'beta_slow',
  'factor',
  'final_logit_softcapping',
  'high_freq_factor',
  'initializer_range',
  'layer_norm_epsilon',
  'low_freq_factor',
  'repetition_penalty',
  'rms_norm_eps',
  'temperature',
];
// Inside of a string a quotation mark would be escaped, so that only keys are found.
const wholeNumbers = new RegExp(`"(${floatKeys.join('|')})": -?\\d+(?=,?\\n)`, 'g');

export function configText(json: object): string {
  return `${JSON.stringify(json, null, 2).replace(wholeNumbers, '$&.0')}\n`;
}
