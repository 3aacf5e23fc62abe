/** Responses from a policy's own distribution, and how likely it and its reference find each of their tokens. */
import { join } from 'node:path';
import type { RunContext } from '../../engine/kind.js';
import type { EvaluateKlConfig } from '../../schemas/kinds/evaluate.kl.js';
import type { PromptRow } from '../data/row-types.js';
import { type Generation, generate } from '../generate/generator.js';
import { encodePrompts, newText } from '../generate/respond.js';
import type { Sampling } from '../generate/sampling.js';
import { k1, k3 } from '../loss/kl.js';
import { type Model, readModel } from '../model/model-directory.js';
import { assertComparable } from '../preference/reference.js';
import { scoreExamples } from '../preference/score.js';
import type { Device, DeviceName } from '../tensor/device.js';
import { openDevice } from '../tensor/open-device.js';
import type { Example } from '../train/example.js';

type Context = RunContext<EvaluateKlConfig>;

/** A response, with sums over its tokens, the one that ended it too, in nats. */
export interface Drawn {
  readonly row: PromptRow;
  readonly response: string;
  readonly k1: number;
  readonly k3: number;
  readonly tokens: number;
}

/** Nothing is cut off or sharpened: only then are the estimates those of KL(policy ‖ reference). */
const own: Sampling = { sample: true, temperature: 1, topK: 0, topP: 1 };

export async function drawResponses(context: Context, rows: readonly PromptRow[]): Promise<Drawn[]> {
  const { config } = context;
  const [artifact, referenceArtifact] = [context.input('model'), context.input('reference')];
  const model = await readModel(artifact, context.scratch);
  const reference = await readModel(referenceArtifact, join(context.scratch, 'reference'));
  await assertComparable(artifact, model, referenceArtifact, reference);
  const encoded = await encodePrompts(
    context,
    model,
    rows.map(({ prompt }) => prompt),
  );
  const asked = encoded.flatMap((prompt, row) =>
    Array.from({ length: config.num_return_sequences }, () => ({ prompt, row })),
  );
  const device = await openDevice(context.device as DeviceName | 'auto', { threads: context.threads });
  try {
    context.environment({ device: device.name });
    const generations = await generate(
      device,
      model,
      asked.map(({ prompt }) => prompt),
      {
        ...{ maxNewTokens: config.max_new_tokens, batchSize: config.batch_size, sampling: own, seed: config.seed },
        ...{ endIds: model.endIds, signal: context.signal },
        onProgress: (step) => context.progress({ step, total: asked.length, unit: 'responses' }),
      },
    );
    context.count('response-cut-at-max-new-tokens', generations.filter(({ end }) => end === 'length').length);
    const examples = asked.map(({ prompt }, index) => exampleOf(prompt, generations[index]!));
    const ours = await score(context, device, model, examples);
    const theirs = await score(context, device, reference, examples);
    return await Promise.all(
      asked.map(async ({ prompt, row }, index) => ({
        row: rows[row]!,
        response: await newText(model.tokenizer, prompt, generations[index]!.ids),
        k1: sumOver(ours[index]!, theirs[index]!, k1),
        k3: sumOver(ours[index]!, theirs[index]!, k3),
        tokens: ours[index]!.length,
      })),
    );
  } finally {
    await device.dispose();
  }
}

/** The response as what is asked of a model that reads prompt and response. */
function exampleOf(prompt: readonly number[], { ids, endId }: Generation): Example {
  const sequence = [...prompt, ...ids, ...(endId === undefined ? [] : [endId])];
  const targets = sequence.slice(1).map((id, at) => (at + 1 < prompt.length ? -100 : id));
  return { ids: sequence.slice(0, -1), targets };
}

function score(context: Context, device: Device, model: Model, examples: readonly Example[]): Promise<Float32Array[]> {
  const padId = model.tokenizer.padId ?? model.tokenizer.eosId ?? 0;
  return scoreExamples(device, model, examples, {
    batchSize: context.config.batch_size,
    padId,
    signal: context.signal,
    onProgress: (step) => context.progress({ step, total: examples.length, unit: 'responses read' }),
  });
}

function sumOver(a: Float32Array, b: Float32Array, estimate: (own: number, reference: number) => number): number {
  return a.reduce((sum, logProb, index) => sum + estimate(logProb, b[index]!), 0);
}
