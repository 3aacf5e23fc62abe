/**
 * With LongRoPE a text that outgrows the original length has other angles from its first token on, so that what the cache
 * holds of it is stale: it is read again as a whole, once, as Transformers does for Phi-3.
 */
import type { Tensor } from '@tensorflow/tfjs';
import { prefill, staleLengths } from '../nn/kv-cache.js';
import type { Device, State, Tensors } from '../tensor/device.js';
import { int32 } from '../tensor/host-tensor.js';
import { tf } from '../tensor/tf.js';
import type { GeneratorModel, LogitRows } from './cached-decoder.js';

export interface Rereader {
  /** Prompts were read: one a slot. */
  begin(prompts: readonly (readonly number[])[]): void;
  /** A step was made, which gave `rows`. Those of slots that had to be read again are replaced. */
  after(rows: LogitRows, tokens: Int32Array, positions: Int32Array, sources?: Int32Array): Promise<LogitRows>;
  dispose(): Promise<void>;
}

/** Undefined where no text below `capacity` can become stale. `state` holds parameters and cache. */
export function createRereader(
  device: Device,
  { config, parametersOf = (held) => held }: GeneratorModel,
  state: State,
  { slots, capacity }: { readonly slots: number; readonly capacity: number },
): Rereader | undefined {
  const stale = staleLengths(config).filter((length) => length < capacity);
  if (stale.length === 0) return undefined;
  let texts = Array.from({ length: slots }, () => new Int32Array(capacity));
  const program = device.program('reading again', (held, { ids, last, chosen }) => {
    const step = prefill(config, { ...held, ...parametersOf(held) }, ids!, last!);
    return { state: replaced(held, step.state, chosen!), outputs: { logits: step.logits } };
  });
  return {
    begin(prompts) {
      for (const [slot, prompt] of prompts.entries()) texts[slot]!.set(prompt);
    },
    async after(rows, tokens, positions, sources) {
      if (sources) texts = Array.from(sources, (source) => texts[source]!.slice());
      for (const [slot, text] of texts.entries()) text[positions[slot]!] = tokens[slot]!;
      let current = rows;
      for (const length of stale) {
        const chosen = Int32Array.from(positions, (position) => Number(position === length));
        if (!chosen.includes(1)) continue;
        const ids = Int32Array.from(texts.flatMap((text) => [...text.subarray(0, length + 1)]));
        const { logits } = await program.run(state, {
          ids: int32([slots, length + 1], ids),
          last: int32([slots], new Int32Array(slots).fill(length)),
          chosen: int32([slots], chosen),
        });
        const all = logits!.data as Float32Array;
        const before = current;
        current = (slot) =>
          chosen[slot] ? all.subarray(slot * config.vocabSize, (slot + 1) * config.vocabSize) : before(slot);
      }
      return current;
    },
    dispose: () => program.dispose(),
  };
}

/** The new caches of the rows that are chosen, and the old ones of the others. `chosen` is int32 `[slots]`. */
function replaced(held: Tensors, next: Tensors, chosen: Tensor): Tensors {
  const condition = tf.cast(tf.reshape(chosen, [-1, 1, 1, 1]), 'bool');
  return Object.fromEntries(
    Object.entries(next).map(([name, fresh]) => [name, tf.where(condition, fresh, held[name]!)]),
  );
}
