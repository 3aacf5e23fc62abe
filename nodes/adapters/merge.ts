/** `model.merge`: a model and an adapter become a model. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { ModelMergeConfig } from '../../schemas/kinds/model.merge.js';
import { readModel, writeTunedModel } from '../model/model-directory.js';
import { adapterNames } from '../nn/low-rank.js';
import type { HostTensors } from '../tensor/device.js';
import { mergeWeights } from './merge-weights.js';
import { type Adapter, outputWeight, readAdapter } from './peft-directory.js';

export async function run(context: RunContext<ModelMergeConfig>): Promise<RunOutcome> {
  const base = context.input('model');
  const model = await readModel(base, context.scratch);
  const { transposed, tiedEmbeddings } = model.config;
  const read = await readAdapter(context.input('adapter'));
  const adapter = tiedEmbeddings ? withoutOutput(read) : read;
  assertFits(adapter, model.parameters, transposed);
  const merged = mergeWeights(model.parameters, adapter.weights, adapter.modules, {
    scaling: adapter.scaling,
    transposed,
  });
  await writeTunedModel(context.output('model'), base, model.configJson, merged);
  return {};
}

/** A tied output projection comes with its embedding. */
function withoutOutput(adapter: Adapter): Adapter {
  const { modules } = adapter;
  return { ...adapter, modules: { ...modules, whole: modules.whole.filter((name) => name !== outputWeight) } };
}

/** Throws `Failure` where the adapter was made for another model. */
function assertFits({ modules, weights }: Adapter, model: HostTensors, transposed: boolean): void {
  for (const module of modules.lowRank) {
    const weight = model[`${module}.weight`];
    const { down, up } = adapterNames(module);
    if (!weight) throw misfit(`the model has no module ${module}`);
    if (!weights[up]) throw misfit(`${up} is missing`);
    const shape = [weights[up].shape[0], weights[down]!.shape[1]];
    if (transposed) shape.reverse();
    if (shape.join() !== weight.shape.join()) throw misfit(`${module} is [${weight.shape}] and its update [${shape}]`);
  }
  for (const name of modules.whole) {
    const held = model[name];
    if (!held) throw misfit(`the model has no weight ${name}`);
    if (held.shape.join() !== weights[name]!.shape.join()) throw misfit(`${name} has another shape`);
  }
}

function misfit(why: string): Failure {
  return new Failure('adapter-mismatch', `The adapter does not fit the model: ${why}.`);
}
