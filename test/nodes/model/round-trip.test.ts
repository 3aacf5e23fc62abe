/**
 * What is saved, Transformers and PEFT load to the same logits. Needs Python with both, whose path is in the environment
 * variable LAPIDARY_PYTHON:
 *
 *   LAPIDARY_PYTHON=python3 npx tap dist/test/nodes/model/round-trip.test.js
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { modelMerge } from '../../../nodes/adapters/merge.kind.js';
import { readClassifier } from '../../../nodes/model/classifier-directory.js';
import { parseDecoderConfig } from '../../../nodes/model/hugging-face-config.js';
import { modelResizeEmbeddings } from '../../../nodes/model/resize-embeddings.kind.js';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { headWeight, sequenceScores } from '../../../nodes/nn/sequence-head.js';
import { trainReward } from '../../../nodes/reward/train-reward.kind.js';
import { int32 } from '../../../nodes/tensor/host-tensor.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { withDevice } from '../devices-under-test.js';
import { familyNames, folder } from '../nn/tiny-families.js';
import { matrix, readAll } from '../nn/tiny-llama.js';
import { artifactAt, runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';

const python = process.env.LAPIDARY_PYTHON;
const options = python ? { timeout: 600_000 } : { skip: 'LAPIDARY_PYTHON names no Python with Transformers and PEFT' };
const ids = [[5, 9, 33, 7, 21, 40, 8, 2, 3, 4]];
const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const dataset = writeDataset([
  { prompt: 'a b c', completion: ' d' },
  { prompt: 'b c d e', completion: ' f g' },
]);

const comparisons = writeDataset([
  { prompt: 'a b', chosen: ' c', rejected: ' d e' },
  { prompt: 'b', chosen: ' f g', rejected: ' h' },
]);

/** A fixture with a tokenizer of words of one letter. */
function modelOf(family: string): string {
  const model = join(mkdtempSync(join(tmpdir(), 'lapidary-round-trip-')), family);
  mkdirSync(model);
  for (const file of ['config.json', 'model.safetensors']) copyFileSync(join(folder, family, file), join(model, file));
  const special = ['<eos>', '<pad>', '<unk>'];
  const tokenizer = {
    version: '1.0',
    added_tokens: special.map((content, id) => ({
      id,
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
    pre_tokenizer: { type: 'Whitespace' },
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries([...special, ...letters].map((word, id) => [word, id])),
      unk_token: '<unk>',
    },
  };
  writeFileSync(join(model, 'tokenizer.json'), JSON.stringify(tokenizer));
  const roles = {
    eos_token: '<eos>',
    pad_token: '<pad>',
    unk_token: '<unk>',
    tokenizer_class: 'PreTrainedTokenizerFast',
  };
  writeFileSync(join(model, 'tokenizer_config.json'), JSON.stringify(roles));
  return model;
}

async function logitsOf(model: string): Promise<number[]> {
  const config = parseDecoderConfig(JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')));
  return withDevice('onnx-cpu', async (device) => {
    const state = device.createState(await readAll(join(model, 'model.safetensors')));
    const program = device.program('logits', (parameters, inputs) => ({
      outputs: { logits: decoderLogits(config, parameters, { ids: inputs.ids! }) },
    }));
    return [...(await program.run(state, { ids: matrix(ids) })).logits!.data];
  });
}

/** What a model with a head gives for the ids. */
async function scoresOf(model: string): Promise<number[]> {
  const classifier = await readClassifier(artifactAt('model', model), mkdtempSync(join(tmpdir(), 'lapidary-scores-')));
  const { config, parameters, head } = classifier;
  return withDevice('onnx-cpu', async (device) => {
    const state = device.createState({ ...parameters, [headWeight]: classifier.headWeight });
    const program = device.program('scores', (weights, { ids, lengths }) => ({
      outputs: { scores: sequenceScores(config, weights, { ids: ids!, lengths: lengths! }, head.pooling) },
    }));
    const inputs = { ids: matrix(ids), lengths: int32([1], [ids[0]!.length]) };
    return [...(await program.run(state, inputs)).scores!.data];
  });
}

t.test('every family, tuned, adapted, merged and resized', options, async (t) => {
  const manifest: object[] = [];
  const put = async (name: string, model: string, logitsFrom = model, adapter: string | null = null) =>
    manifest.push({ name, model, adapter, ids, logits: await logitsOf(logitsFrom) });
  for (const family of familyNames) {
    const model = modelOf(family);
    const tune = async (config: object) =>
      (
        await runKind(trainSupervised, {
          config: { max_steps: 2, learning_rate: 1e-2, ...config },
          inputs: { model, dataset },
        })
      ).outputs;
    await put(`${family}, tuned`, (await tune({})).model!);
    for (const use_dora of [false, true]) {
      const adapter = { r: 2, use_dora, ...(use_dora && family === 'gpt2' ? { target_modules: ['attn.c_proj'] } : {}) };
      const adapted = await tune({ adapter });
      const merged = await runKind(modelMerge, { inputs: { model, adapter: adapted.adapter! } });
      const name = `${family}, ${use_dora ? 'DoRA' : 'LoRA'}`;
      await put(`${name} merged`, merged.outputs.model!);
      await put(name, model, merged.outputs.model!, adapted.adapter!);
    }
    const resized = await runKind(modelResizeEmbeddings, { config: { pad_to_multiple_of: 16 }, inputs: { model } });
    await put(`${family}, resized`, resized.outputs.model!);
    const reward = await runKind(trainReward, { config: { max_steps: 2 }, inputs: { model, dataset: comparisons } });
    const scored = { name: `${family}, reward model`, model: reward.outputs.model!, adapter: null, ids };
    manifest.push({ ...scored, logits: await scoresOf(reward.outputs.model!) });
  }
  const path = join(mkdtempSync(join(tmpdir(), 'lapidary-round-trip-')), 'manifest.json');
  writeFileSync(path, JSON.stringify(manifest));
  const { stdout } = await promisify(execFile)(python!, ['test/nodes/model/round-trip.py', path]);
  t.comment(stdout);
  t.equal(stdout.trim().split('\n').length, manifest.length);
});
