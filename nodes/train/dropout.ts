/** Dropout while training: masks are drawn for each batch, and the loss finds them among its parameters. */
import type { AdaptedModules } from '../adapters/modules.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import { dropoutNames } from '../nn/dropout.js';
import { adapterNames } from '../nn/low-rank.js';
import type { HostTensors, Tensors } from '../tensor/device.js';
import { bool, sizeOf } from '../tensor/host-tensor.js';
import { createRandom } from '../tensor/random.js';
import { tf } from '../tensor/tf.js';
import type { BatchPlace, Learner } from './learner.js';

/** A place where numbers are dropped. */
export interface DropoutSite {
  /** Of the mask. */
  readonly name: string;
  /** The probability that a number is dropped, in [0, 1). */
  readonly rate: number;
  /** Shape of the mask in a batch of so many rows and tokens a row. */
  shape(rows: number, time: number): readonly number[];
}

/** In the names of Transformers' configs. */
export interface DropoutRates {
  readonly embd_pdrop: number;
  readonly resid_pdrop: number;
  readonly attention_dropout: number;
}

/** The learner with these sites besides those that it has. Where no rate is above 0, it is the learner itself. */
export function withDropout(learner: Learner, sites: readonly DropoutSite[], seed: number | bigint): Learner {
  const active = sites.filter(({ rate }) => rate > 0);
  if (active.length === 0) return learner;
  const masks = (inputs: Tensors): Tensors =>
    Object.fromEntries(
      active
        .filter(({ name }) => inputs[name])
        .map(({ name, rate }) => [name, tf.mul(tf.cast(inputs[name]!, 'float32'), 1 / (1 - rate))]),
    );
  return {
    ...learner,
    loss: (parameters, inputs) => learner.loss({ ...parameters, ...masks(inputs) }, inputs),
    trainingInputs(batch, place): HostTensors {
      const [rows, time] = batch.inputs.ids!.shape as [number, number];
      const drawn = active.map((site) => [site.name, keptNumbers(site, site.shape(rows, time), seed, place)] as const);
      return { ...learner.trainingInputs?.(batch, place), ...Object.fromEntries(drawn) };
    },
  };
}

/** 1 for each number that is kept, 0 for one that is dropped. 16 bits of a draw decide, so a rate is met to within 2⁻¹⁷. */
export function keptNumbers(
  { name, rate }: Pick<DropoutSite, 'name' | 'rate'>,
  shape: readonly number[],
  seed: number | bigint,
  { step, index }: BatchPlace,
) {
  const values = new Uint8Array(sizeOf(shape));
  const random = createRandom(seed, name, step, index);
  const limit = Math.round(rate * 0x10000);
  for (let at = 0; at < values.length; at++) {
    const draw = random.uint32(at >>> 1);
    values[at] = (at & 1 ? draw >>> 16 : draw & 0xffff) < limit ? 0 : 1;
  }
  return bool(shape, values);
}

/** Where GPT-2 and Phi-3 drop in Transformers; a decoder of any family can. */
export function decoderSites(config: DecoderConfig, rates: DropoutRates): DropoutSite[] {
  const { width, heads } = config;
  const stream = (name: string, rate: number): DropoutSite => ({
    name,
    rate,
    shape: (rows, time) => [rows * time, width],
  });
  const layers = Array.from({ length: config.layers }, (_, layer) => [
    {
      name: dropoutNames.attention(layer),
      rate: rates.attention_dropout,
      shape: (rows: number, time: number) => [rows, heads, time, time],
    },
    stream(dropoutNames.attended(layer), rates.resid_pdrop),
    stream(dropoutNames.mlp(layer), rates.resid_pdrop),
  ]);
  return [stream(dropoutNames.embedding, rates.embd_pdrop), ...layers.flat()];
}

/** What each low-rank update reads, as PEFT drops it. `inputs` tells the width that a module reads. */
export function adapterSites(
  { lowRank }: Pick<AdaptedModules, 'lowRank'>,
  rate: number,
  inputs: (module: string) => number,
): DropoutSite[] {
  return lowRank.map((module) => ({
    name: adapterNames(module).dropout,
    rate,
    shape: (rows, time) => [rows * time, inputs(module)],
  }));
}
