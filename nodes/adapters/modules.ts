/** Which modules of a model an adapter is put on. */
import { Failure } from '../../engine/failure.js';
import type { AdapterConfig } from '../../schemas/kinds/adapter.js';
import { adapterNames } from '../nn/low-rank.js';

type Shapes = Readonly<Record<string, readonly number[]>>;

export interface AdaptedModules {
  /** Linear modules that get a low-rank update, in the order of the weights. */
  readonly lowRank: readonly string[];
  /** Names of weights that are trained whole. */
  readonly whole: readonly string[];
}

const layerOf = /\.(?:layers|h)\.(\d+)\./;

/** What is chosen from a model. */
export interface ChosenModules extends AdaptedModules {
  /** The ends of names that PEFT finds the same modules by. */
  readonly targets: readonly string[];
}

/** Throws `Failure` where a name in the config fits no module. `shapes` are those of the model's weights. */
export function adaptedModules(config: AdapterConfig, shapes: Shapes): ChosenModules {
  const linear = Object.entries(shapes)
    .filter(([name, shape]) => shape.length === 2 && layerOf.test(name))
    .map(([name]) => name.replace(/\.weight$/, ''));
  const { target_modules: targets, layers_to_transform: layers } = config;
  const inLayers = layers === null ? linear : linear.filter((module) => layers.includes(layerNumber(module)));
  const deepest = Math.max(...linear.map(layerNumber));
  const beyond = layers?.find((layer) => layer > deepest);
  if (beyond !== undefined) {
    throw new Failure('adapter-layer-unknown', `The model has no layer ${beyond}; its last is ${deepest}.`);
  }
  if (targets !== 'all-linear') assertKnown(targets, linear);
  const lowRank = targets === 'all-linear' ? inLayers : inLayers.filter((module) => targets.some(endOf(module)));
  return { lowRank, whole: wholeWeights(config.modules_to_save, shapes), targets: targetsOf(lowRank, inLayers) };
}

/** The shortest ends that fit all of `chosen` and no other of `modules`, such as `c_proj`, or else `attn.c_proj`. */
function targetsOf(chosen: readonly string[], modules: readonly string[]): string[] {
  const others = modules.filter((module) => !chosen.includes(module));
  const shortest = (module: string) => {
    const parts = module.split('.');
    const ends = parts.map((_, index) => parts.slice(-1 - index).join('.'));
    return ends.find((end) => !others.some((other) => endOf(other)(end)))!;
  };
  return [...new Set(chosen.map(shortest))].sort();
}

/** The weights that make up the modules whose names end so. */
function wholeWeights(ends: readonly string[], shapes: Shapes): string[] {
  const modules = new Map(Object.keys(shapes).map((name) => [name, name.replace(/\.(weight|bias)$/, '')]));
  assertKnown(ends, [...new Set(modules.values())]);
  return [...modules].filter(([, module]) => ends.some(endOf(module))).map(([name]) => name);
}

/** PEFT's rule: a target is the module's name or its end after a dot. */
function endOf(module: string) {
  return (target: string): boolean => module === target || module.endsWith(`.${target}`);
}

function layerNumber(module: string): number {
  return Number(layerOf.exec(`${module}.`)![1]);
}

function assertKnown(targets: readonly string[], modules: readonly string[]): void {
  const unknown = targets.find((target) => !modules.some((module) => endOf(module)(target)));
  if (unknown === undefined) return;
  const ends = [...new Set(modules.map((module) => module.split('.').at(-1)!))];
  throw new Failure('adapter-module-unknown', `The model has no module ${unknown}.`, `It has ${ends.join(', ')}.`);
}

/** The names of all the weights that an adapter has. */
export function adapterWeightNames({ lowRank, whole }: AdaptedModules, dora: boolean): string[] {
  const ofModules = lowRank.flatMap((module) => {
    const { down, up, magnitude } = adapterNames(module);
    return dora ? [down, up, magnitude] : [down, up];
  });
  return [...ofModules, ...whole];
}
