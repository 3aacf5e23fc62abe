/** A tokenizer and a model of a few thousand weights, made by the kinds themselves. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelInit } from '../../nodes/model/init.kind.js';
import { tokenizerTrain } from '../../nodes/tokenizer/train.kind.js';
import { runKind } from './run-kind.js';

export const sentences = [
  'The capital of France is Paris.',
  'The capital of Italy is Rome.',
  'Paris is a city in France, and Rome is a city in Italy.',
  'What is the capital of Spain? The capital of Spain is Madrid.',
  'Berlin is the capital of Germany; Vienna is the capital of Austria.',
  'A river runs through the city of Prague.',
];

/** Writes rows as JSONL, and returns the path. */
export function writeDataset(rows: readonly object[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'lapidary-data-')), 'rows.jsonl');
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

export async function makeTokenizer(config: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const dataset = writeDataset(sentences.map((text) => ({ text })));
  const { outputs } = await runKind(tokenizerTrain, { config: { vocab_size: 300, ...config }, inputs: { dataset } });
  return outputs.tokenizer!;
}

/** Path of a model directory. */
export async function makeModel(config: Readonly<Record<string, unknown>> = {}, tokenizer?: string): Promise<string> {
  const { outputs } = await runKind(modelInit, {
    config: {
      hidden_size: 16,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      intermediate_size: 24,
      max_position_embeddings: 48,
      seed: 3,
      ...config,
    },
    inputs: { tokenizer: tokenizer ?? (await makeTokenizer()) },
  });
  return outputs.model!;
}
