/** A tiny reward model whose weights are random: the tiny model with a fresh head. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadConfig } from '../../../nodes/model/classifier-config.js';
import { readBody, writeClassifier } from '../../../nodes/model/classifier-directory.js';
import { headWeight, initialHead } from '../../../nodes/nn/sequence-head.js';
import { artifactAt } from '../run-kind.js';

export const rewardHead: HeadConfig = {
  labels: ['LABEL_0'],
  problemType: undefined,
  pooling: 'last_token',
  normalisation: undefined,
};

/** Puts a head of random weights on a language model, and returns the path of the model directory. */
export async function withHead(model: string, head: Partial<HeadConfig> = {}, seed = 5): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'lapidary-head-'));
  const base = artifactAt('model', model);
  const body = await readBody(base, join(folder, 'scratch'));
  const whole = { ...rewardHead, ...head };
  const weight = initialHead(whole.labels.length, body.config.width, 0.5, seed);
  const path = join(folder, 'model');
  await writeClassifier(path, base, body, whole, { ...body.parameters, [headWeight]: weight });
  return path;
}
