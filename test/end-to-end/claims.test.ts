/** The pipelines of claims are right, and one of them, made short, comes to a verdict. */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { onDevice } from './rig.js';
import { makePipelines, metricsOf } from './small-pipelines.js';

t.test('each claim checks, and ends in a verdict', async (t) => {
  const rig = makePipelines(t);
  const names = readdirSync(resolve('pipelines/claims')).filter((name) => name.endsWith('.yaml'));
  t.equal(names.length, 5);
  t.equal((await rig.lapidary('check', 'claims')).exitCode, 0);
  for (const name of names) t.match(rig.read(`claims/${name}`), /\n {2}verdict:\n {4}uses: report\.verdict\n/, name);
});

t.test('a short one comes to a verdict', async (t) => {
  const rig = makePipelines(t);
  rig.write('short.yaml', short);
  const outcome = await rig.lapidary('run', 'short.yaml', ...onDevice);
  t.equal(outcome.exitCode, 0, outcome.stderr);
  t.match(outcome.stdout, /verdict: verdict\nsupported: A trained model predicts better\./);
  const { verdict } = await metricsOf(rig);
  t.match(verdict, { verdict: 1, n: 3 });
  t.ok(verdict!.mean_high! < 0);
});

/** A part with a matrix over seeds, gathered into a verdict, as the claims are. */
const short = `
name: short
nodes:
  made:
    uses: command
    with:
      run: node templates/rewriting.mjs 1 40 40
      files: [templates/rewriting.mjs, templates/draws.mjs]
      outputs: { texts: { type: dataset, rows: text }, examples: { type: dataset, rows: prompt_completion } }
  tokenizer: { uses: tokenizer.train, inputs: { dataset: made.texts }, with: { vocab_size: 300 } }
  blank:
    uses: model.init
    inputs: { tokenizer: tokenizer }
    matrix: { seed: [1, 2, 3] }
    with: { hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, seed: "\${matrix.seed}" }
  short:
    uses: train.self_supervised
    inputs: { model: blank, dataset: made.texts, validation: made.texts }
    with: { max_steps: 1, learning_rate: 1.0e-9, max_length: 32, seed: "\${matrix.seed}" }
  longer:
    uses: train.self_supervised
    inputs: { model: blank, dataset: made.texts, validation: made.texts }
    with: { max_steps: 20, learning_rate: 1.0e-2, max_length: 32, seed: "\${matrix.seed}" }
  verdict:
    uses: report.verdict
    inputs: { metrics: "longer[*].metrics", baseline: "short[*].metrics" }
    with: { claim: A trained model predicts better., metric: eval_loss, below: 0 }
`;
