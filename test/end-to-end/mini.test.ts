/** A whole pipeline, from data to a comparison: run, run again, edited, reproduced, taken out of the store. */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import type { Digest } from '../../cache/digest.js';
import { openStore } from '../../cache/store.js';
import { assertDone, digests, edit, makeProject, onDevice, run, statuses } from './rig.js';

const all = [
  ...['facts', 'statements', 'questions', 'split', 'tokenizer', 'blank', 'base', 'sft'],
  ...['base_answers', 'sft_answers', 'reading', 'samples', 'comparison', 'losses'],
];
const everyNode = (status: string) => Object.fromEntries(all.map((id) => [id, status]));

t.test('a miniature of capitals', async (t) => {
  const rig = makeProject(t, ['mini.yaml', 'facts.jsonl']);
  const first = await rig.lapidary('run', 'mini.yaml', ...onDevice);
  assertDone(t, first);
  t.match(first.stdout, /14 executed/, 'every node ran');
  t.match(
    first.stdout,
    /comparison: comparison\nmetric +base +fine-tuned +difference\nexact_match +[\d.]+ \[[\d., ]+\] +[\d.]+ \[/,
    'it ends with a table that compares',
  );

  const second = await run(rig, 'mini.yaml');
  t.same(statuses(second), everyNode('cached'), 'nothing that is unchanged runs twice');
  const before = digests(second);
  const experiment = String(second.events.at(-1)!.experiment);

  // A file with the same meaning: comments, other quotes and numerals, keys in another order.
  const original = rig.read('mini.yaml');
  edit(
    rig,
    'mini.yaml',
    '{ max_steps: 6, per_device_train_batch_size: 8, learning_rate: 1.0e-3,',
    '{ learning_rate: 0.001, per_device_train_batch_size: 8, max_steps: 6,',
  );
  edit(
    rig,
    'mini.yaml',
    'uses: data.split\n    inputs: { dataset: questions }',
    'inputs: {"dataset": \'questions\'} # moved\n    uses: "data.split"',
  );
  const reworded = await run(rig, 'mini.yaml');
  t.same(statuses(reworded), everyNode('cached'), 'comments, quotes, numerals and order rerun nothing');
  t.equal(reworded.events.at(-1)!.experiment, experiment, 'and it is the same experiment');
  rig.write('mini.yaml', original);

  edit(
    rig,
    'mini.yaml',
    '{ max_steps: 6, per_device_train_batch_size: 8, learning_rate: 1.0e-3',
    '{ max_steps: 6, per_device_train_batch_size: 8, learning_rate: 2.0e-3',
  );
  const plan = JSON.parse((await rig.lapidary('plan', 'mini.yaml', '--json', ...onDevice)).stdout);
  const edited = await run(rig, 'mini.yaml');
  const after = statuses(edited);
  const follows = ['sft', 'sft_answers', 'samples', 'losses'];
  // The answers are wrong before and after, and a comparison of the same metrics need not run again.
  const comparison = digests(edited)['sft_answers.metrics'] === before['sft_answers.metrics'] ? 'cached' : 'executed';
  t.same(
    after,
    { ...everyNode('cached'), ...Object.fromEntries(follows.map((id) => [id, 'executed'])), comparison },
    'one line runs its node and what follows from it',
  );
  const actions = new Map(plan.nodes.map((node: { id: string; action: string }) => [node.id, node.action]));
  for (const id of all) {
    if (after[id] === 'executed') t.not(actions.get(id), 'hit', `plan did not promise a hit for ${id}`);
    if (actions.get(id) === 'run') t.equal(after[id], 'executed', `what plan said would run did run: ${id}`);
    if (actions.get(id) === 'hit') t.equal(after[id], 'cached', `what plan said would not run did not: ${id}`);
  }
  t.match(
    plan.nodes.find(({ id }: { id: string }) => id === 'sft').reasons,
    [{ because: 'config', pointer: '/learning_rate', before: 0.001, after: 0.002 }],
    'and plan said why',
  );
  rig.write('mini.yaml', original);
  t.same(statuses(await run(rig, 'mini.yaml')), everyNode('cached'), 'going back runs nothing');

  const proof = await rig.lapidary('reproduce', experiment.slice(0, 12), '--json');
  t.equal(proof.exitCode, 0);
  const { reproduced, nodes } = JSON.parse(proof.stdout);
  t.equal(reproduced, true);
  t.same(nodes, Object.fromEntries(all.map((id) => [id, { verdict: 'identical' }])));

  const store = await openStore(rig.path('.lapidary'));
  await store.restore(before['sft.model'] as Digest, rig.path('model'));
  t.same(readdirSync(rig.path('model')).sort(), [
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  t.match(JSON.parse(rig.read('model/config.json')), {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: 32,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    vocab_size: 300,
  });
  t.match(JSON.parse(rig.read('model/tokenizer.json')), { model: { type: 'BPE' } });
  const weights = readFileSync(rig.path('model/model.safetensors'));
  const header = JSON.parse(weights.subarray(8, 8 + Number(weights.readBigUInt64LE(0))).toString());
  t.match(header, { 'model.embed_tokens.weight': { dtype: 'F32', shape: [300, 32] }, __metadata__: { format: 'pt' } });
});
