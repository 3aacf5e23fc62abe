/** From a rollout and what a method makes of it to the batches of its updates. Pure. */
import { float32 } from '../tensor/host-tensor.js';
import type { Batch } from '../train/batches.js';
import type { Collected } from './collect.js';
import { type BatchShapes, type Experience, experienceInputs } from './experience.js';
import type { Method } from './method.js';
import { batchesOfUpdate } from './rollout-shape.js';

export function experienceOf(
  { masksTruncated, offPolicy, held }: Method,
  { scored: { episodes, tokens } }: Collected,
  columns: Experience['columns'],
): Experience {
  return {
    sequences: episodes.map(({ prompt, responseIds, ended }) => ({
      promptIds: prompt.ids,
      responseIds,
      masked: masksTruncated && !ended,
    })),
    columns: {
      ...columns,
      ...(offPolicy ? { old_logps: tokens.logProbs! } : {}),
      ...(held ? { ref_logps: tokens.reference! } : {}),
    },
  };
}

/** The batches of an update. What the loss is divided by is not 0, also where every response is masked. */
export function windowOf(
  { method, seed, shapes }: { readonly method: Method; readonly seed: number; readonly shapes: BatchShapes },
  experience: Experience,
  { rollout, update }: { readonly rollout: number; readonly update: number },
): Batch[] {
  const parts = batchesOfUpdate(method.shape, seed, rollout, update).map((rows) => {
    const { inputs, tokens, counted } = experienceInputs(experience, rows, shapes);
    return { inputs, tokens, count: method.countOf({ rows: rows.length, tokens: counted }) };
  });
  const nothing = parts.every(({ count }) => count === 0);
  return parts.map(({ inputs, tokens, count }, index) => {
    const divisor = nothing && index === 0 ? 1 : count;
    return { inputs: { ...inputs, count: float32([], [divisor]) }, tokens, count: divisor };
  });
}
