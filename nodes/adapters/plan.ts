/** What a trainer does about an adapter: puts it on, writes it down, merges it. */
import type { AdapterConfig } from '../../schemas/kinds/adapter.js';
import type { Model } from '../model/model-directory.js';
import type { HostTensor, HostTensors } from '../tensor/device.js';
import type { Learner } from '../train/learner.js';
import { adapt, scalingOf } from './adapt.js';
import { mergeWeights } from './merge-weights.js';
import { adaptedModules } from './modules.js';
import { writeAdapter } from './peft-directory.js';

export interface AdapterPlan {
  /** The learner with the model's own weights held still, and the adapter learning in their place. */
  adapt(learner: Learner): Learner;
  /** Writes what was learned as a directory of PEFT. */
  write(folder: string, learned: HostTensors): Promise<void>;
  /** The model's weights with what was learned in them. */
  merge(learned: HostTensors): Record<string, HostTensor>;
}

/** Throws `Failure` where the config names modules or layers that the model has not. */
export function planAdapter(config: AdapterConfig, model: Model, seed: number | bigint): AdapterPlan {
  const { parameters } = model;
  const { transposed, tiedEmbeddings: tied } = model.config;
  const layout = { transposed, tied };
  const shapes = Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
  const modules = adaptedModules(config, shapes);
  const own = new Set(Object.keys(parameters));
  return {
    adapt: (learner) => adapt(learner, own, { config, modules, transposed, seed }),
    write(folder, learned) {
      const heads = Object.keys(learned).filter((name) => !own.has(name) && !name.includes('.lora_'));
      return writeAdapter(folder, config, { ...modules, whole: [...modules.whole, ...heads] }, learned, layout);
    },
    merge(learned) {
      const heads = Object.entries(learned).filter(([name]) => !own.has(name) && !name.includes('.lora_'));
      const merged = mergeWeights(parameters, learned, modules, { scaling: scalingOf(config), transposed });
      return { ...merged, ...Object.fromEntries(heads) };
    },
  };
}
