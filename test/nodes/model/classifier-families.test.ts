/** Sequence classifiers of every family beside those of Transformers. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { paddedBatch } from '../../../nodes/classifier/scorer.js';
import { classifierJson, parseBodyConfig } from '../../../nodes/model/classifier-config.js';
import { parseDecoderConfig } from '../../../nodes/model/hugging-face-config.js';
import { readWeights } from '../../../nodes/model/model-directory.js';
import { parameterShapes } from '../../../nodes/nn/decoder-config.js';
import { headWeight, sequenceScores } from '../../../nodes/nn/sequence-head.js';
import { withDevice } from '../devices-under-test.js';
import { largestDifference } from '../nn/tiny-llama.js';
import { matrixOf } from '../reward/facts.js';
import { artifactAt } from '../run-kind.js';

interface Facts {
  readonly sequences: readonly number[][];
  readonly families: Readonly<
    Record<string, { readonly architecture: string; readonly head: number[][]; readonly scores: number[][] }>
  >;
}
const facts = JSON.parse(readFileSync('test/nodes/model/fixtures/classifiers.json', 'utf8')) as Facts;
const head = {
  labels: ['a', 'b'],
  problemType: undefined,
  pooling: 'last_token',
  normalisation: undefined,
} as const;

for (const [name, expected] of Object.entries(facts.families)) {
  t.test(name, async (t) => {
    const folder = `test/nodes/nn/fixtures/families/${name}`;
    const languageModel = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'));
    const json = classifierJson(languageModel, head, 1);
    t.same(json.architectures, [expected.architecture]);
    const config = parseBodyConfig(json);
    t.notOk('lm_head.weight' in parameterShapes(config), 'whether the output is tied or not');
    const shapes = parameterShapes(parseDecoderConfig(languageModel));
    const { 'lm_head.weight': _, ...parameters } = await readWeights(artifactAt('model', folder), shapes);
    await withDevice('onnx-cpu', async (device) => {
      const state = device.createState({ ...parameters, [headWeight]: matrixOf(expected.head) });
      const program = device.program('scores', (weights, { ids, lengths }) => ({
        outputs: { scores: sequenceScores(config, weights, { ids: ids!, lengths: lengths! }, 'last_token') },
      }));
      // Padded to one length, as they are not over there: how a row is padded must not show.
      const { scores } = await program.run(state, paddedBatch(facts.sequences, 4, config.maxPositions));
      const found = scores!.data.subarray(0, 2 * facts.sequences.length);
      t.ok(
        largestDifference(found, expected.scores.flat()) < 2e-5,
        String(largestDifference(found, expected.scores.flat())),
      );
    });
  });
}

t.test('none is left out', (t) => {
  t.ok(Object.keys(facts.families).length >= 8);
  t.end();
});
