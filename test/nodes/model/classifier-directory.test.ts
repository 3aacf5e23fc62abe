import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readBody, readClassifier, readRewardModel } from '../../../nodes/model/classifier-directory.js';
import { readModel } from '../../../nodes/model/model-directory.js';
import { readAll } from '../nn/tiny-llama.js';
import { withHead } from '../reward/tiny-reward-model.js';
import { artifactAt } from '../run-kind.js';
import { makeModel, makeTokenizer } from '../tiny-model.js';

const plain = await makeModel({ tie_word_embeddings: false });
const jsonOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
const artifact = (folder: string) => artifactAt('model', folder);

t.test('what is written is a sequence-classification model of Transformers, and is read back', async (t) => {
  const names = ['cat', 'dog', 'fox'];
  const problemType = 'single_label_classification' as const;
  const folder = await withHead(plain, { labels: names, problemType, pooling: 'mean' });
  t.match(jsonOf(folder), {
    architectures: ['LlamaForSequenceClassification'],
    model_type: 'llama',
    num_labels: 3,
    id2label: { 0: 'cat', 1: 'dog', 2: 'fox' },
    label2id: { cat: 0, dog: 1, fox: 2 },
    problem_type: problemType,
    lapidary: { pooling: 'mean' },
  });
  t.notOk(readdirSync(folder).includes('generation_config.json'));
  const weights = await readAll(join(folder, 'model.safetensors'));
  t.notOk('lm_head.weight' in weights);
  t.same(weights['score.weight']!.shape, [3, 16]);
  const read = await readClassifier(artifact(folder), t.testdir());
  t.same(read.head, { labels: names, problemType, pooling: 'mean', normalisation: undefined });
  t.same(read.headWeight, weights['score.weight']);
  const { 'lm_head.weight': _, ...body } = await readAll(join(plain, 'model.safetensors'));
  t.same(read.parameters, body);
});

t.test('constants of a reward model are kept; a head that is there goes on', async (t) => {
  const normalisation = { mean: -1.25, std: 0.5 };
  const folder = await withHead(plain, { normalisation });
  t.same(jsonOf(folder).lapidary, { reward_mean: -1.25, reward_std: 0.5 });
  t.same((await readRewardModel(artifact(folder), t.testdir())).head.normalisation, normalisation);
  t.ok((await readBody(artifact(folder), t.testdir())).headWeight);
  t.equal((await readBody(artifact(plain), t.testdir())).headWeight, undefined);
});

t.test('where padding is EOS, Transformers is told of none', async (t) => {
  t.equal(jsonOf(await withHead(plain)).pad_token_id, jsonOf(plain).pad_token_id);
  const same = await makeModel({}, await makeTokenizer({ pad_token: '<|endoftext|>' }));
  t.equal(jsonOf(same).pad_token_id, jsonOf(same).eos_token_id);
  t.equal(jsonOf(await withHead(same)).pad_token_id, null);
});

t.test('one sort of model in the place of another is refused by name', async (t) => {
  const reward = await withHead(plain);
  const classes = await withHead(plain, { labels: ['a', 'b'] });
  await t.rejects(readModel(artifact(reward), t.testdir()), { code: 'not-a-language-model' });
  await t.rejects(readRewardModel(artifact(plain), t.testdir()), { code: 'not-a-classifier', hint: /train.reward/ });
  await t.rejects(readRewardModel(artifact(classes), t.testdir()), { code: 'not-a-reward-model', message: /a, b/ });
  const changed = (change: object) => {
    const folder = join(t.testdir(), 'model');
    cpSync(classes, folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...jsonOf(classes), ...change }));
    return readClassifier(artifact(folder), join(folder, 'scratch'));
  };
  t.same((await changed({ id2label: null })).head.labels, ['LABEL_0', 'LABEL_1']);
  for (const change of [
    { id2label: { 0: 'a', 2: 'b' } },
    { num_labels: 0, id2label: null },
    { problem_type: 'ranking' },
    { lapidary: { pooling: 'max' } },
    { lapidary: { reward_mean: 1 } },
    { lapidary: { reward_mean: 1, reward_std: 0 } },
  ]) {
    await t.rejects(changed(change), { code: 'model-config-unsupported' }, JSON.stringify(change));
  }
  await t.rejects(changed({ id2label: { 0: 'a' } }), { code: 'weights-mismatch', message: /score.weight/ });
  await t.rejects(changed({ architectures: ['BertForSequenceClassification'] }), { code: 'architecture-unsupported' });
});
