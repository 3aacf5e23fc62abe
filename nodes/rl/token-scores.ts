/** What the models find of the responses of a rollout, before anything is learned from it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Stopped } from '../../engine/failure.js';
import type { DecoderConfig } from '../nn/decoder-config.js';
import type { Device, State, StepFunction, Tensors } from '../tensor/device.js';
import { type BatchShapes, experienceInputs, type TokenSequence } from './experience.js';
import { policyTokens } from './policy.js';
import type { Reference } from './reference.js';
import type { ValueFunction } from './value-function.js';

/** For each token of each response. What was not asked for is absent. */
export interface TokenScores {
  /** Log-probabilities under the policy as it drew them, in nats. */
  readonly logProbs?: readonly Float32Array[];
  readonly reference?: readonly Float32Array[];
  /** V of what stands before the token. */
  readonly values?: readonly Float32Array[];
}

export interface ScorerOptions {
  readonly config: DecoderConfig;
  readonly temperature: number;
  readonly reference: Reference | undefined;
  readonly valueFunction: ValueFunction | undefined;
  readonly shapes: BatchShapes;
  readonly batchSize: number;
}

export interface TokenScorer {
  /** Throws `Stopped`. */
  score(sequences: readonly TokenSequence[], signal: AbortSignal): Promise<TokenScores>;
  dispose(): Promise<void>;
}

/** `state` holds all that policy, reference and value function read. Batches have the size of those that are learned from. */
export function createTokenScorer(device: Device, state: State, options: ScorerOptions): TokenScorer {
  const { shapes, batchSize } = options;
  const program = device.program('scoring of responses', scoringStep(options));
  return {
    async score(sequences, signal) {
      const found: Record<string, Float32Array[]> = {};
      for (let start = 0; start < sequences.length; start += batchSize) {
        await nextTurn();
        if (signal.aborted) throw new Stopped('Stopped while responses were being scored.');
        const rows = Array.from({ length: Math.min(batchSize, sequences.length - start) }, (_, row) => start + row);
        const { inputs } = experienceInputs({ sequences, columns: {} }, rows, shapes);
        const outputs = await program.run(state, inputs);
        for (const [name, { data, shape }] of Object.entries(outputs)) {
          found[name] ??= [];
          for (const [index, row] of rows.entries()) {
            const from = index * shape[1]!;
            const length = sequences[row]!.responseIds.length;
            found[name].push((data as Float32Array).slice(from, from + length));
          }
        }
      }
      return found;
    },
    dispose: async () => program.dispose(),
  };
}

/** Outputs float32 `[rows, length]`: `logProbs`, and where they are asked for `reference` and `values`. */
function scoringStep({ config, temperature, reference, valueFunction }: ScorerOptions): StepFunction {
  return (state, inputs) => {
    const { logProbs, hidden } = policyTokens(config, state, inputs, temperature);
    const outputs: Record<string, Tensors[string]> = { logProbs };
    if (reference) {
      outputs.reference = policyTokens(reference.config, reference.view(state), inputs, temperature).logProbs;
    }
    if (valueFunction) outputs.values = valueFunction.values(state, inputs, hidden);
    return { outputs };
  };
}
