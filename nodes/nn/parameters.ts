/** Which weights a decoder has, under the names of Hugging Face. */
import type { DecoderConfig } from './decoder-config.js';

/** What a weight is: it says how it starts. */
export type ParameterRole =
  | 'embedding'
  /** Writes into the residual stream. */
  | 'residual'
  | 'projection'
  | 'norm'
  | 'bias';

export interface Parameter {
  readonly shape: readonly number[];
  readonly role: ParameterRole;
}

/** Name → shape of every weight. */
export function parameterShapes(config: DecoderConfig): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(Object.entries(decoderParameters(config)).map(([name, { shape }]) => [name, shape]));
}

/** Every weight by its name. A projection is `[out, in]`, or `[in, out]` in the layers of a transposed model. */
export function decoderParameters(config: DecoderConfig): Readonly<Record<string, Parameter>> {
  const { width, vocabSize, modules } = config;
  const parameters: Record<string, Parameter> = {};
  const put = (name: string, shape: readonly number[], role: ParameterRole) => {
    parameters[name] = { shape, role };
  };
  const norm = (module: string, size = width) => {
    put(`${module}.weight`, [size], 'norm');
    if (config.norm.type === 'layer') put(`${module}.bias`, [size], 'bias');
  };
  put(`${modules.embedding}.weight`, [vocabSize, width], 'embedding');
  if (modules.positions) put(`${modules.positions}.weight`, [config.maxPositions, width], 'embedding');
  for (let layer = 0; layer < config.layers; layer++) putLayer(config, `${modules.layers}.${layer}`, put, norm);
  norm(modules.finalNorm);
  if (!config.tiedEmbeddings) put(`${modules.output}.weight`, [vocabSize, width], 'projection');
  return parameters;
}

function putLayer(
  config: DecoderConfig,
  at: string,
  put: (name: string, shape: readonly number[], role: ParameterRole) => void,
  norm: (module: string, size?: number) => void,
): void {
  const { width, mlpWidth, headWidth, biases } = config;
  const { projections, headNorms, mlp, ...names } = config.modules.layer;
  const queries = config.heads * headWidth;
  const keys = config.keyValueHeads * headWidth;
  const linear = (module: string, outputs: number, inputs: number, biased: boolean, role: ParameterRole) => {
    put(`${at}.${module}.weight`, config.transposed ? [inputs, outputs] : [outputs, inputs], role);
    if (biased) put(`${at}.${module}.bias`, [outputs], 'bias');
  };
  const inner = (module: string, outputs: number) => linear(module, outputs, width, biases.mlp, 'projection');

  norm(`${at}.${names.attentionNorm}`);
  const project = (module: string, outputs: number) =>
    linear(module, outputs, width, biases.queryKeyValue, 'projection');
  if (projections.type === 'fused') project(projections.all, queries + 2 * keys);
  else {
    project(projections.query, queries);
    project(projections.key, keys);
    project(projections.value, keys);
  }
  if (headNorms) {
    norm(`${at}.${headNorms.query}`, headWidth);
    norm(`${at}.${headNorms.key}`, headWidth);
  }
  linear(names.attentionOutput, width, queries, biases.attentionOutput, 'residual');
  if (names.attentionPostNorm) norm(`${at}.${names.attentionPostNorm}`);
  norm(`${at}.${names.mlpNorm}`);
  switch (mlp.type) {
    case 'gated':
      inner(mlp.gate, mlpWidth);
      inner(mlp.up, mlpWidth);
      break;
    case 'fused-gated':
      inner(mlp.gateUp, 2 * mlpWidth);
      break;
    case 'plain':
      inner(mlp.up, mlpWidth);
  }
  linear(mlp.down, width, mlpWidth, biases.mlp, 'residual');
  if (names.mlpPostNorm) norm(`${at}.${names.mlpPostNorm}`);
}
