/** The choice of the next token from logits: pure functions of the logits and one random number. */

export interface Sampling {
  /** False takes the likeliest token. */
  readonly sample: boolean;
  readonly temperature: number;
  /** 0: no limit. */
  readonly topK: number;
  /** 1: no limit. */
  readonly topP: number;
}

/** `uniform` is a number in [0, 1), and is read only when sampling. Returns −1 where no logit is a number. */
export function chooseToken(logits: Float32Array, sampling: Sampling, uniform: () => number): number {
  return sampling.sample ? sampleToken(logits, sampling, uniform()) : argMax(logits);
}

/** The first of the largest. NaN is never the largest. */
export function argMax(logits: Float32Array): number {
  let best = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) {
    if (logits[id]! > most) {
      most = logits[id]!;
      best = id;
    }
  }
  return best;
}

/** The log-probability of `id` in nats under softmax(logits / temperature). */
export function logProbability(logits: Float32Array, id: number, temperature = 1): number {
  const most = logits[argMax(logits)]!;
  let sum = 0;
  for (const logit of logits) sum += Math.exp((logit - most) / temperature);
  return (logits[id]! - most) / temperature - Math.log(sum);
}

/** As Transformers does: temperature, then top-k, then top-p on what is left, then a draw by inverse distribution. */
function sampleToken(logits: Float32Array, { temperature, topK, topP }: Sampling, uniform: number): number {
  const most = logits[argMax(logits)];
  if (most === undefined) return -1;
  const ids = likeliest(logits, topK > 0 ? topK : logits.length);
  const weights = ids.map((id) => Math.exp((logits[id]! - most) / temperature));
  const kept = nucleus(weights, topP);
  let left = uniform * sumOf(weights.slice(0, kept));
  for (let i = 0; i < kept; i++) {
    left -= weights[i]!;
    if (left < 0) return ids[i]!;
  }
  return ids[kept - 1]!;
}

/** The ids of the `count` largest logits, downwards. Ties are broken by id, so that the order is the same everywhere. */
function likeliest(logits: Float32Array, count: number): number[] {
  const order = (a: number, b: number) => logits[b]! - logits[a]! || a - b;
  if (count >= logits.length) return Array.from(logits.keys()).sort(order);
  const ids: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    if (ids.length === count && order(id, ids[count - 1]!) >= 0) continue;
    let place = ids.length;
    while (place > 0 && order(id, ids[place - 1]!) < 0) place--;
    ids.splice(place, 0, id);
    if (ids.length > count) ids.pop();
  }
  return ids;
}

/** How many of the weights, sorted downwards, reach the part `topP` of their sum; at least one. */
function nucleus(weights: readonly number[], topP: number): number {
  if (topP >= 1) return weights.length;
  const enough = topP * sumOf(weights);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    if (sum >= enough) return i + 1;
  }
  return weights.length;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
