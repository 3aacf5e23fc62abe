/**
 * How a text is cut before its bytes are merged, by the name that GGUF has for it (`tokenizer.ggml.pre`). The patterns
 * are those of the models' own tokenizers, as llama.cpp's `llama-vocab.cpp` lists them.
 */
export interface PreTokenizer {
  readonly normalizer: object | null;
  readonly preTokenizer: object;
  /** A word that is a token as a whole is not cut up and merged anew. */
  readonly ignoreMerges: boolean;
}

const gpt2Words = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/** As GPT-4 cuts; `digits` is how many stay together. */
const wordsAndDigits = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
const isolate = (Regex: string) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false });
const digitsApart = { type: 'Digits', individual_digits: true };

function cut(steps: readonly object[], rest: Partial<PreTokenizer> = {}): PreTokenizer {
  return {
    normalizer: null,
    ignoreMerges: false,
    preTokenizer: { type: 'Sequence', pretokenizers: [...steps, byteLevel] },
    ...rest,
  };
}

const gpt2 = cut([isolate(gpt2Words)]);
const smollm = cut([digitsApart, isolate(gpt2Words)]);
const llama3 = cut([isolate(wordsAndDigits('{1,3}'))], { ignoreMerges: true });
const qwen2 = cut([isolate(wordsAndDigits(''))], { normalizer: { type: 'NFC' } });

const preTokenizers: Readonly<Record<string, PreTokenizer>> = {
  'gpt-2': gpt2,
  'phi-2': gpt2,
  smollm,
  starcoder: smollm,
  refact: smollm,
  'llama-bpe': llama3,
  llama3: llama3,
  'llama-v3': llama3,
  falcon3: llama3,
  qwen2,
  'deepseek-r1-qwen': qwen2,
  default: cut([
    isolate('[\\p{P}\\$\\+<=>\\^~\\|]+'),
    isolate(gpt2Words),
    isolate('\\p{N}+'),
    isolate('[0-9][0-9][0-9]'),
  ]),
};

export const preTokenizerNames: readonly string[] = Object.keys(preTokenizers);

export function preTokenizerOf(name: string): PreTokenizer | undefined {
  return Object.hasOwn(preTokenizers, name) ? preTokenizers[name] : undefined;
}

/** The name of a tokenizer's own `pre_tokenizer`, however it is spelt; `undefined` where GGUF has none that cuts alike. */
export function nameOfPreTokenizer(preTokenizer: unknown, ignoreMerges: boolean): string | undefined {
  const own = signature(preTokenizer);
  const alike = Object.entries(preTokenizers).find(
    ([, known]) => signature(known.preTokenizer) === own && known.ignoreMerges === ignoreMerges,
  );
  return own === undefined ? undefined : alike?.[0];
}

interface Step {
  readonly type?: unknown;
  readonly pretokenizers?: readonly Step[];
  readonly pattern?: { readonly Regex?: string };
  readonly behavior?: unknown;
  readonly invert?: unknown;
  readonly individual_digits?: unknown;
  readonly add_prefix_space?: unknown;
  readonly use_regex?: unknown;
}

/** The cuts that it makes one after the other, as text; `undefined` for a step that is not known. */
function signature(preTokenizer: unknown): string | undefined {
  const { type, pretokenizers, ...top } = (preTokenizer ?? {}) as Step;
  const steps: readonly Step[] = type === 'Sequence' ? (pretokenizers ?? []) : [{ type, ...top }];
  const cuts: string[] = [];
  for (const step of steps) {
    if (step.type === 'Digits' && step.individual_digits === true) cuts.push('\\p{N}');
    else if (step.type === 'Split' && step.behavior === 'Isolated' && step.invert !== true && step.pattern?.Regex) {
      cuts.push(step.pattern.Regex);
    } else if (step.type === 'ByteLevel' && step.add_prefix_space !== true) {
      cuts.push(...(step.use_regex === false ? [] : [gpt2Words]), 'bytes');
    } else return undefined;
  }
  return cuts.at(-1) === 'bytes' ? cuts.join('\n') : undefined;
}
