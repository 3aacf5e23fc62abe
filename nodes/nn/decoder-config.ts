/** What a decoder is made of, as data. Names in comments are those of a Hugging Face `config.json`. */
import type { Rope } from './rope-frequencies.js';

export interface DecoderConfig {
  /** `vocab_size` */
  readonly vocabSize: number;
  /** `hidden_size`: width of the residual stream. */
  readonly width: number;
  /** `intermediate_size` */
  readonly mlpWidth: number;
  /** `num_hidden_layers` */
  readonly layers: number;
  /** `num_attention_heads` */
  readonly heads: number;
  /** `num_key_value_heads`: divides `heads`; each serves `heads / keyValueHeads` query heads. */
  readonly keyValueHeads: number;
  /** `head_dim` */
  readonly headWidth: number;
  /** Tokens of the longest sequence: `max_position_embeddings`, or what rotary positions stretch it to. */
  readonly maxPositions: number;
  /** How each layer attends, of as many as there are layers. */
  readonly attention: readonly LayerAttention[];
  readonly norm: Norm;
  readonly activation: Activation;
  readonly biases: Biases;
  /** Linear weights of the layers lie as `[in, out]`, as in GPT-2's Conv1D, instead of `[out, in]`. */
  readonly transposed: boolean;
  /** Embeddings are multiplied by it. */
  readonly embeddingScale: number;
  /** `final_logit_softcapping`: logits are `cap · tanh(logits / cap)`. */
  readonly logitCap?: number;
  /** `tie_word_embeddings`: the output projection is the embedding. */
  readonly tiedEmbeddings: boolean;
  /** `initializer_range`: standard deviation of fresh weights. */
  readonly initializerRange: number;
  readonly modules: Modules;
}

export interface LayerAttention {
  /** Queries are multiplied by it. */
  readonly scale: number;
  /** A token sees itself and the `window` − 1 tokens before it; absent: all before it. */
  readonly window?: number;
  /** Absent where queries and keys are not rotated. */
  readonly rope?: Rope;
  /** `attn_logit_softcapping`: scores are `cap · tanh(scores / cap)`. */
  readonly cap?: number;
}

/** `rms` multiplies by the weight, `rms-from-one` by 1 + weight; `layer` also subtracts the mean and adds a bias. */
export interface Norm {
  readonly type: 'rms' | 'rms-from-one' | 'layer';
  readonly epsilon: number;
}

export type Activation = 'silu' | 'gelu-tanh';

/** Which linear modules add a bias. */
export interface Biases {
  readonly queryKeyValue: boolean;
  readonly attentionOutput: boolean;
  readonly mlp: boolean;
}

/**
 * The names of a decoder's modules. What a family lacks is absent here and is not computed, so this is also its
 * structure. `<module>.weight` and `<module>.bias` are the names of the weights.
 */
export interface Modules {
  readonly embedding: string;
  /** Learned positions. */
  readonly positions?: string;
  /** The layers: the names of `layer` stand behind this and a number. */
  readonly layers: string;
  readonly layer: LayerModules;
  readonly finalNorm: string;
  readonly output: string;
}

export interface LayerModules {
  readonly attentionNorm: string;
  /** One projection each, or all in one whose outputs are those of query, key and value one after the other. */
  readonly projections:
    | { readonly type: 'split'; readonly query: string; readonly key: string; readonly value: string }
    | { readonly type: 'fused'; readonly all: string };
  /** Norms of each head's query and key, before they are rotated. */
  readonly headNorms?: { readonly query: string; readonly key: string };
  readonly attentionOutput: string;
  /** Norm of what attention adds to the residual stream. */
  readonly attentionPostNorm?: string;
  readonly mlpNorm: string;
  readonly mlp: Mlp;
  /** Norm of what the MLP adds to the residual stream. */
  readonly mlpPostNorm?: string;
}

/**
 * `gated`: down(activation(gate(x)) · up(x)); `fused-gated`: the same, with gate and up one after the other in a single
 * projection; `plain`: down(activation(up(x))).
 */
export type Mlp =
  | { readonly type: 'gated'; readonly gate: string; readonly up: string; readonly down: string }
  | { readonly type: 'fused-gated'; readonly gateUp: string; readonly down: string }
  | { readonly type: 'plain'; readonly up: string; readonly down: string };

export { parameterShapes } from './parameters.js';
export type { Rope } from './rope-frequencies.js';
