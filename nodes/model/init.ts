/** `model.init`: a decoder with random weights. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { ModelInitConfig } from '../../schemas/kinds/model.init.js';
import { initialParameters } from '../nn/initial-parameters.js';
import { sizeOf } from '../tensor/host-tensor.js';
import { freshConfigJson, generationConfigJson } from './fresh-config.js';
import { parseDecoderConfig } from './hugging-face-config.js';
import { readTokenizer, writeModel } from './model-directory.js';

export async function run(context: RunContext<ModelInitConfig>): Promise<RunOutcome> {
  const artifact = context.input('tokenizer');
  const tokenizer = await readTokenizer(artifact, context.scratch);
  const config = freshConfigJson(context.config, tokenizer.vocabSize, tokenizer);
  const decoder = parseDecoderConfig(config);
  const parameters = initialParameters(decoder, context.config.seed);
  const model = { config, generation: generationConfigJson(tokenizer), parameters };
  await writeModel(context.output('model'), model, artifact);
  const count = Object.values(parameters).reduce((total, { shape }) => total + sizeOf(shape), 0);
  context.display('model', `${count.toLocaleString('en')} parameters, ${decoder.vocabSize} tokens`);
  return { metrics: { parameters: count } };
}
