/**
 * Prints the scores that a sequence-classification model gives to texts, for `check-classifier-in-transformers.py`.
 *
 *   node dist/test/nodes/model/scores.js MODEL TEXT… > ours.json
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paddedBatch } from '../../../nodes/classifier/scorer.js';
import { readClassifier } from '../../../nodes/model/classifier-directory.js';
import { headWeight, sequenceScores } from '../../../nodes/nn/sequence-head.js';
import { withBos } from '../../../nodes/train/example.js';
import { withDevice } from '../devices-under-test.js';
import { artifactAt } from '../run-kind.js';

const [folder, ...texts] = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'lapidary-scores-'));
const { config, parameters, head, tokenizer, ...model } = await readClassifier(artifactAt('model', folder!), scratch);
const encodings = await tokenizer.encodeBatch(texts);
const sequences = encodings.map(({ ids }) => [...withBos(ids, tokenizer.bosId)]);
await withDevice('onnx-cpu', async (device) => {
  const state = device.createState({ ...parameters, [headWeight]: model.headWeight });
  const program = device.program('scores', (weights, { ids, lengths }) => ({
    outputs: { scores: sequenceScores(config, weights, { ids: ids!, lengths: lengths! }, head.pooling) },
  }));
  const { scores } = await program.run(state, paddedBatch(sequences, texts.length, config.maxPositions));
  console.log(JSON.stringify({ sequences, labels: head.labels, scores: [...scores!.data] }));
});
