/** The model that a policy is held near to. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact, RunContext } from '../../engine/kind.js';
import { type Model, readModel } from '../model/model-directory.js';
import type { Example } from '../train/example.js';
import type { Setting } from '../train/trainer.js';
import { scoreSequences } from './score.js';

/** The model at the port `reference`, else the one that training begins from. Throws `Failure` where they cannot be compared. */
export async function readReference(context: RunContext<unknown>, model: Model): Promise<Model> {
  const artifact = context.optionalInput('reference');
  if (!artifact) return model;
  const reference = await readModel(artifact, join(context.scratch, 'reference'));
  await assertComparable(context.input('model'), model, artifact, reference);
  return reference;
}

/** How likely the reference finds the supervised tokens of each example, in nats, in their order. */
export async function scoreByReference(
  context: RunContext<unknown>,
  examples: readonly Example[],
  { model, device, batchSize, padId }: Setting,
): Promise<number[]> {
  return scoreSequences(device, await readReference(context, model), examples, {
    batchSize: 2 * batchSize,
    padId,
    signal: context.signal,
    onProgress: (step) => context.progress({ step, total: examples.length, unit: 'answers of the reference' }),
  });
}

/** Log-probabilities can be compared only where both models cut texts into the same tokens. */
export async function assertComparable(a: Artifact, modelA: Model, b: Artifact, modelB: Model): Promise<void> {
  const [ours, theirs] = await Promise.all([a, b].map((artifact) => readFile(artifact.path('tokenizer.json'))));
  const special = ({ tokenizer: { bosId, eosId } }: Model) => `${bosId} ${eosId}`;
  if (ours!.equals(theirs!) && special(modelA) === special(modelB)) return;
  throw new Failure(
    'tokenizer-mismatch',
    'The model and its reference have different tokenizers, so that their log-probabilities cannot be compared.',
    'Take a reference that was made from the same base.',
  );
}
