/** What a decoder of the Llama family is made of, as data. Names in comments are those of a Hugging Face `config.json`. */

export interface DecoderConfig {
  /** `vocab_size` */
  readonly vocabSize: number;
  /** `hidden_size` */
  readonly width: number;
  /** `intermediate_size` */
  readonly mlpWidth: number;
  /** `num_hidden_layers` */
  readonly layers: number;
  /** `num_attention_heads` */
  readonly heads: number;
  /** `num_key_value_heads`: divides `heads`; each serves `heads / keyValueHeads` query heads. */
  readonly keyValueHeads: number;
  /** `head_dim`: even. */
  readonly headWidth: number;
  /** `max_position_embeddings` */
  readonly maxPositions: number;
  readonly rope: Rope;
  /** `rms_norm_eps` */
  readonly normEpsilon: number;
  /** `tie_word_embeddings`: the output projection is the embedding. */
  readonly tiedEmbeddings: boolean;
  /** `initializer_range`: standard deviation of fresh weights. */
  readonly initializerRange: number;
}

/** Rotary position embeddings: the base of their frequencies, and how these are stretched for longer contexts. */
export type Rope = { readonly theta: number } & (
  | { readonly type: 'default' }
  | { readonly type: 'linear'; readonly factor: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalMaxPositions: number;
    }
);

/** Name → shape of every weight, in Hugging Face's names. A projection is `[out, in]`. */
export function parameterShapes(config: DecoderConfig): Readonly<Record<string, readonly number[]>> {
  const { width, mlpWidth, vocabSize } = config;
  const queries = config.heads * config.headWidth;
  const keys = config.keyValueHeads * config.headWidth;
  const shapes: Record<string, readonly number[]> = { 'model.embed_tokens.weight': [vocabSize, width] };
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layerNames(layer);
    shapes[at.attentionNorm] = [width];
    shapes[at.query] = [queries, width];
    shapes[at.key] = [keys, width];
    shapes[at.value] = [keys, width];
    shapes[at.attentionOutput] = [width, queries];
    shapes[at.mlpNorm] = [width];
    shapes[at.gate] = [mlpWidth, width];
    shapes[at.up] = [mlpWidth, width];
    shapes[at.down] = [width, mlpWidth];
  }
  shapes['model.norm.weight'] = [width];
  if (!config.tiedEmbeddings) shapes['lm_head.weight'] = [vocabSize, width];
  return shapes;
}

/** The names of one layer's weights. */
export function layerNames(layer: number) {
  const at = `model.layers.${layer}`;
  return {
    attentionNorm: `${at}.input_layernorm.weight`,
    query: `${at}.self_attn.q_proj.weight`,
    key: `${at}.self_attn.k_proj.weight`,
    value: `${at}.self_attn.v_proj.weight`,
    attentionOutput: `${at}.self_attn.o_proj.weight`,
    mlpNorm: `${at}.post_attention_layernorm.weight`,
    gate: `${at}.mlp.gate_proj.weight`,
    up: `${at}.mlp.up_proj.weight`,
    down: `${at}.mlp.down_proj.weight`,
  } as const;
}
