/** What a model is made for is checked before anything runs. */
import { resolve } from 'node:path';
import t, { type Test } from 'tap';
import { makeRig } from '../../engine/fake/rig.js';

const head = `name: p
nodes:
  pairs: { uses: data.load, with: { path: rows.jsonl, rows: preference } }
  prompts: { uses: data.load, with: { path: rows.jsonl, rows: prompt } }
  labelled: { uses: data.load, with: { path: rows.jsonl, rows: classification } }
  words: { uses: tokenizer.train, inputs: { dataset: pairs }, with: { vocab_size: 300 } }
  base: { uses: model.init, inputs: { tokenizer: words }, with: { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2 } }
  reward: { uses: train.reward, inputs: { model: base, dataset: pairs } }
  classes: { uses: train.classifier, inputs: { model: base, dataset: labelled } }
  adapter: { uses: command, with: { run: "true", outputs: { adapter: directory } } }
  merged: { uses: model.merge, inputs: { model: reward, adapter: adapter } }
`;

async function findings(t: Test, nodes: string): Promise<string[]> {
  const rig = makeRig(t, {}, resolve('dist/nodes/main.js'));
  rig.write('rows.jsonl', '{}\n');
  rig.write('p.yaml', head + nodes);
  const { diagnostics = [] } = JSON.parse((await rig.lapidary('check', 'p.yaml', '--json')).stdout);
  return diagnostics.map(({ code, message }: { code: string; message: string }) => `${code}: ${message}`);
}

t.test('a model of another sort is refused', async (t) => {
  const nodes = `
  a: { uses: evaluate.reward, inputs: { model: base, dataset: pairs } }
  b: { uses: evaluate.reward, inputs: { model: classes, dataset: pairs } }
  c: { uses: evaluate.classification, inputs: { model: reward, dataset: labelled } }
  d: { uses: train.dpo, inputs: { model: base, reference: reward, dataset: pairs } }
  e: { uses: train.ppo, inputs: { model: base, reward_model: base, dataset: pairs } }
`;
  const wrong = (port: string, node: string, wanted: string, given: string, sort: string) =>
    `model-task-mismatch: \`${port}\` of \`${node}\` takes a ${wanted}, but \`${given}.model\` is a ${sort}`;
  t.same(await findings(t, nodes), [
    wrong('model', 'a', 'reward model', 'base', 'language model'),
    wrong('model', 'b', 'reward model', 'classes', 'classifier'),
    wrong('model', 'c', 'classifier', 'reward', 'reward model'),
    wrong('reference', 'd', 'language model', 'reward', 'reward model'),
    wrong('reward_model', 'e', 'reward model', 'base', 'language model'),
  ]);
});

t.test('what fits is taken, and what is not known; samples are rows', async (t) => {
  const nodes = `
  a: { uses: train.reward, inputs: { model: reward, dataset: pairs } }
  b: { uses: train.reward, inputs: { model: merged, dataset: pairs } }
  c: { uses: evaluate.reward, inputs: { model: merged, dataset: pairs } }
  drafts: { uses: generate, inputs: { model: base, dataset: prompts }, with: { num_return_sequences: 2, do_sample: true } }
  scored: { uses: evaluate.reward, inputs: { model: reward, dataset: drafts } }
  ranked: { uses: data.rank, inputs: { dataset: scored.scored } }
  people: { uses: label.server, inputs: { dataset: drafts } }
`;
  t.same(await findings(t, nodes), []);
});
