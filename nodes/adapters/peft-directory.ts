/**
 * An adapter as a directory that PEFT reads: `adapter_config.json` and `adapter_model.safetensors`, in which every name
 * stands behind `base_model.model.`.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import type { AdapterConfig } from '../../schemas/kinds/adapter.js';
import { openSafetensors } from '../format/safetensors.js';
import { writeSafetensors } from '../format/safetensors-writer.js';
import type { HostTensor, HostTensors } from '../tensor/device.js';
import { scalingOf } from './adapt.js';
import type { AdaptedModules, ChosenModules } from './modules.js';

export const outputWeight = 'lm_head.weight';
const prefix = 'base_model.model.';
const configFile = 'adapter_config.json';
const weightsFile = 'adapter_model.safetensors';

export interface Adapter {
  readonly modules: AdaptedModules;
  readonly scaling: number;
  readonly weights: HostTensors;
}

/** How a model keeps its weights. */
export interface WeightLayout {
  /** Linear weights lie as `[in, out]`. */
  readonly transposed: boolean;
  /** The output projection is the embedding. */
  readonly tied: boolean;
}

/** A head on top of the model is saved among the whole modules. */
export async function writeAdapter(
  folder: string,
  config: AdapterConfig,
  { targets, whole }: Pick<ChosenModules, 'targets' | 'whole'>,
  weights: HostTensors,
  { transposed, tied }: WeightLayout,
): Promise<void> {
  const wholeModules = [...new Set(whole.map((name) => name.replace(/\.(weight|bias)$/, '')))];
  const embedding = whole.find((name) => /\.(embed_tokens|wte)\.weight$/.test(name));
  // A model that scores sequences has no output projection.
  const scores = wholeModules.includes('score');
  const written = {
    peft_type: 'LORA',
    task_type: scores ? 'SEQ_CLS' : 'CAUSAL_LM',
    base_model_name_or_path: null,
    inference_mode: true,
    r: config.r,
    lora_alpha: config.lora_alpha,
    lora_dropout: config.lora_dropout ?? 0,
    bias: 'none',
    use_rslora: config.use_rslora,
    use_dora: config.use_dora,
    fan_in_fan_out: transposed,
    target_modules: targets,
    layers_to_transform: config.layers_to_transform,
    modules_to_save: wholeModules.length > 0 ? wholeModules : null,
    ensure_weight_tying: tied && !scores && embedding !== undefined,
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, configFile), `${JSON.stringify(written, null, 2)}\n`);
  // PEFT wants the tied projection by its own name too.
  const all = tied && !scores && embedding ? { ...weights, [outputWeight]: weights[embedding]! } : weights;
  const renamed = Object.entries(all).map(([name, tensor]) => [`${prefix}${name}`, tensor] as const);
  await writeSafetensors(join(folder, weightsFile), Object.fromEntries(renamed));
}

/** Throws `Failure` for an adapter of another method, or with parts that would be left out. */
export async function readAdapter(artifact: Artifact): Promise<Adapter> {
  const config = await readConfig(artifact);
  const weights: Record<string, HostTensor> = {};
  const file = await openSafetensors(artifact.path(weightsFile));
  try {
    for (const name of file.entries.keys()) {
      if (!name.startsWith(prefix)) throw invalid(`the weight ${name} does not begin with ${prefix}`);
      weights[name.slice(prefix.length)] = await file.read(name);
    }
  } finally {
    await file.close();
  }
  const downs = Object.keys(weights).filter((name) => name.endsWith('.lora_A.weight'));
  const lowRank = downs.map((name) => name.slice(0, -'.lora_A.weight'.length));
  const whole = Object.keys(weights).filter((name) => !/\.lora_(A\.weight|B\.weight|magnitude_vector)$/.test(name));
  const unknown = whole.find((name) => name.includes('.lora_'));
  if (unknown !== undefined) throw invalid(`the weight ${unknown} is of a kind that is not known`);
  return { modules: { lowRank, whole }, scaling: scalingOf(config), weights };
}

type ReadConfig = Pick<AdapterConfig, 'r' | 'lora_alpha' | 'use_rslora'>;

async function readConfig(artifact: Artifact): Promise<ReadConfig> {
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(await readFile(artifact.path(configFile), 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(`${configFile} is not JSON`);
    throw error;
  }
  const empty = (value: unknown) => value == null || (typeof value === 'object' && Object.keys(value).length === 0);
  if (json.peft_type !== 'LORA') throw invalid(`its peft_type is ${JSON.stringify(json.peft_type)}, not LORA`);
  for (const key of ['rank_pattern', 'alpha_pattern', 'megatron_config', 'trainable_token_indices']) {
    if (!empty(json[key])) throw invalid(`${configFile} has ${key}, which cannot be merged`);
  }
  if (json.bias !== undefined && json.bias !== 'none') throw invalid(`its bias is ${JSON.stringify(json.bias)}`);
  const { r, lora_alpha, use_rslora } = json as Partial<ReadConfig>;
  if (!Number.isInteger(r) || r! < 1) throw invalid(`${configFile} has r: ${JSON.stringify(r)}`);
  if (typeof lora_alpha !== 'number') throw invalid(`${configFile} has lora_alpha: ${JSON.stringify(lora_alpha)}`);
  return { r: r!, lora_alpha, use_rslora: use_rslora === true };
}

function invalid(what: string): Failure {
  return new Failure('adapter-invalid', `The adapter cannot be used: ${what}.`);
}
