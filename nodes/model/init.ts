/** `model.init`: a decoder with random weights. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { ModelInitConfig } from '../../schemas/kinds/model.init.js';
import { initialParameters } from '../nn/initial-parameters.js';
import { sizeOf } from '../tensor/host-tensor.js';
import { llamaDecoder } from './families/llama.js';
import { configJson, generationConfigJson } from './hugging-face-config.js';
import { readTokenizer, writeModel } from './model-directory.js';

export async function run(context: RunContext<ModelInitConfig>): Promise<RunOutcome> {
  const artifact = context.input('tokenizer');
  const tokenizer = await readTokenizer(artifact, context.scratch);
  const { decoder, rope } = decoderOf(context.config, tokenizer.vocabSize);
  const parameters = initialParameters(decoder, context.config.seed);
  const model = {
    config: configJson(decoder, rope, tokenizer),
    generation: generationConfigJson(tokenizer),
    parameters,
  };
  await writeModel(context.output('model'), model, artifact);
  const count = Object.values(parameters).reduce((total, { shape }) => total + sizeOf(shape), 0);
  context.display('model', `${count.toLocaleString('en')} parameters, ${decoder.vocabSize} tokens`);
  return { metrics: { parameters: count } };
}

function decoderOf(config: ModelInitConfig, vocabSize: number) {
  const width = config.hidden_size;
  const headWidth = width / config.num_attention_heads;
  const rope = { type: 'default', theta: config.rope_theta, width: headWidth } as const;
  const sizes = {
    vocabSize,
    width,
    mlpWidth: config.intermediate_size ?? Math.ceil((width * 8) / 3 / 32) * 32,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    keyValueHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headWidth,
    maxPositions: config.max_position_embeddings,
    tiedEmbeddings: config.tie_word_embeddings,
    initializerRange: config.initializer_range,
  };
  return { decoder: llamaDecoder(sizes, rope, { type: 'rms', epsilon: config.rms_norm_eps }), rope };
}
