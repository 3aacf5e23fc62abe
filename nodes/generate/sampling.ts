/** The choice of the next token from logits: pure functions of the logits and one random number. */

export interface Sampling {
  /** False takes the likeliest token. */
  readonly sample: boolean;
  readonly temperature: number;
  /** 0: no limit. */
  readonly topK: number;
  /** 1: no limit. */
  readonly topP: number;
  /** 0: no limit. */
  readonly minP?: number;
  /** 1: no limit. */
  readonly typicalP?: number;
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

function sampleToken(logits: Float32Array, sampling: Sampling, uniform: number): number {
  const { temperature, topK, topP, minP = 0, typicalP = 1 } = sampling;
  if (topK === 0 && topP === 1 && minP === 0 && typicalP === 1) return sampleOfAll(logits, temperature, uniform);
  const { ids, scores } = candidates(logits, sampling);
  const weights = weightsOf(scores);
  let left = uniform * sumOf(weights);
  for (let i = 0; i < ids.length; i++) {
    left -= weights[i]!;
    if (left < 0) return ids[i]!;
  }
  return ids.at(-1) ?? -1;
}

const bucketsPerNat = 32;
const buckets = 1024;

/** The largest weight of each bucket. */
const bucketWeights = Float64Array.from({ length: buckets }, (_, bucket) => Math.exp(-bucket / bucketsPerNat));

/**
 * The same where nothing limits the choice, as rollouts draw, without sorting the vocabulary: the weights are added up in
 * buckets of like logits, and only the bucket that the draw falls into is sorted. This runs over the vocabulary for each
 * token that is drawn, so the exponential within a bucket is five terms of its series, right to 12 digits.
 */
function sampleOfAll(logits: Float32Array, temperature: number, uniform: number): number {
  const most = logits[argMax(logits)] ?? Number.NaN;
  const sums = new Float64Array(buckets);
  const bucketOf = new Uint16Array(logits.length);
  for (let id = 0; id < logits.length; id++) {
    const below = (most - logits[id]!) / temperature;
    const scaled = below * bucketsPerNat;
    // Also where the logit is not a number, whose weight is 0.
    const bucket = scaled < buckets - 1 ? scaled | 0 : buckets - 1;
    bucketOf[id] = bucket;
    if (bucket < buckets - 1) sums[bucket]! += bucketWeights[bucket]! * expNearZero((bucket - scaled) / bucketsPerNat);
    else if (below < Number.POSITIVE_INFINITY) sums[bucket]! += Math.exp(-below);
  }
  let left = uniform * sums.reduce((sum, weight) => sum + weight, 0);
  let chosen = -1;
  for (let bucket = 0; bucket < buckets && left >= 0; bucket++) {
    if (sums[bucket] === 0) continue;
    // Where rounding leaves a rest in the end, the last token that may be drawn is.
    chosen = bucket;
    left -= sums[bucket]!;
  }
  left += sums[chosen] ?? 0;
  const ids: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    if (bucketOf[id] === chosen && logits[id]! > Number.NEGATIVE_INFINITY) ids.push(id);
  }
  ids.sort((a, b) => logits[b]! - logits[a]! || a - b);
  for (const id of ids) {
    left -= Math.exp((logits[id]! - most) / temperature);
    if (left < 0) return id;
  }
  return ids.at(-1) ?? -1;
}

/** The exponential of −1/32 to 0, by Taylor's series. */
function expNearZero(x: number): number {
  return 1 + x * (1 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x / 120))));
}

/** Tokens that may be drawn, from the likeliest down, each with its logit divided by the temperature. */
export interface Candidates {
  readonly ids: readonly number[];
  readonly scores: readonly number[];
}

/** Log-probabilities in nats. */
export function logSoftmax(logits: Float32Array): Float32Array {
  const most = logits[argMax(logits)] ?? Number.NaN;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return logits.map((logit) => logit - most - Math.log(sum));
}

/** As Transformers does, in its order: temperature, then each limit on what the one before has left. */
export function candidates(logits: Float32Array, sampling: Sampling): Candidates {
  const { temperature, topK, topP, minP = 0, typicalP = 1 } = sampling;
  const ids = likeliest(logits, topK > 0 ? topK : logits.length).filter((id) => logits[id]! > Number.NEGATIVE_INFINITY);
  let left: Candidates = { ids, scores: ids.map((id) => logits[id]! / temperature) };
  if (topP < 1) left = first(left, nucleus(weightsOf(left.scores), topP));
  if (minP > 0) left = first(left, weightsOf(left.scores).filter((weight) => weight >= minP).length);
  if (typicalP < 1) left = typical(left, typicalP);
  return left;
}

function first({ ids, scores }: Candidates, count: number): Candidates {
  return { ids: ids.slice(0, count), scores: scores.slice(0, count) };
}

/** Probabilities as parts of the largest. */
function weightsOf(scores: readonly number[]): number[] {
  return scores.map((score) => Math.exp(score - scores[0]!));
}

/**
 * Locally typical sampling (Meister et al., 2022): of the tokens whose surprise is nearest to the entropy, the fewest whose
 * probabilities reach `mass`, and those as near as the last of them.
 */
function typical({ ids, scores }: Candidates, mass: number): Candidates {
  const weights = weightsOf(scores);
  const total = sumOf(weights);
  const surprise = scores.map((score) => Math.log(total) - (score - scores[0]!));
  const entropy = sumOf(weights.map((weight, i) => (weight / total) * surprise[i]!));
  const distance = surprise.map((nats) => Math.abs(nats - entropy));
  const order = [...ids.keys()].sort((a, b) => distance[a]! - distance[b]! || a - b);
  let sum = 0;
  const last = order.find((i) => {
    sum += weights[i]! / total;
    return sum >= mass;
  });
  const farthest = distance[last ?? order.at(-1)!]!;
  const kept = [...ids.keys()].filter((i) => distance[i]! <= farthest);
  return { ids: kept.map((i) => ids[i]!), scores: kept.map((i) => scores[i]!) };
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
