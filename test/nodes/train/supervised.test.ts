import t from 'tap';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { lessonReader, type SupervisedRow } from '../../../nodes/train/lesson.js';
import { fitExample } from '../../../nodes/train/overlong.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { type KindResult, runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, writeDataset } from '../tiny-model.js';

const tokenizerFolder = await makeTokenizer({ chat_template: 'chatml', eos_token: '<|im_end|>' });
const tokenizer = loadTokenizer(tokenizerFolder);
const model = await makeModel({ max_position_embeddings: 96 }, tokenizerFolder);
const bare = await makeModel();

const turn = (role: string, content: string, more: object = {}) => ({ role, content, ...more });
const talk = [
  turn('user', 'Capital of France?'),
  turn('assistant', 'Paris'),
  turn('user', 'And Italy?'),
  turn('assistant', 'Rome'),
];
const quick = { max_steps: 2, learning_rate: 1e-2, per_device_train_batch_size: 2 };

function train(rows: readonly object[], config: object = {}, base = model): Promise<KindResult> {
  return runKind(trainSupervised, {
    config: { ...quick, ...config },
    inputs: { model: base, dataset: writeDataset(rows) },
  });
}

const defaults = { completion_only_loss: true, assistant_only_loss: true, mask_history: false };

/** What is learned of a row, as text. */
async function learned(row: object, options: Partial<typeof defaults> = {}): Promise<string> {
  const lesson = lessonReader(tokenizer, { ...defaults, ...options })(row as SupervisedRow);
  const { example } = lesson.toExample(await tokenizer.encode(lesson.text));
  return tokenizer.decode(example.targets.filter((id) => id !== -100));
}

t.test('of a conversation the turns of the assistant are learned, with their ends', async (t) => {
  t.equal(await learned({ messages: talk }), 'Paris<|im_end|>Rome<|im_end|>');
  t.equal(await learned({ messages: talk }, { mask_history: true }), 'Rome<|im_end|>');
  const weighted = [talk[0], { ...talk[1], weight: 0 }, talk[2], { ...talk[3], weight: 1 }];
  t.equal(await learned({ messages: weighted }), 'Rome<|im_end|>');
  t.equal(await learned({ messages: weighted.slice(0, 3) }), '');
  const whole = await learned({ messages: talk }, { assistant_only_loss: false });
  t.ok(whole.startsWith('user\nCapital of France?<|im_end|>') && whole.endsWith('Rome<|im_end|>\n'), whole);
  t.equal(await learned({ prompt: 'The capital of Italy is', completion: ' Rome' }), ' Rome<|im_end|>');
});

t.test('training on conversations', async (t) => {
  const result = await train([{ messages: talk }, { messages: talk.slice(2) }, { messages: talk.slice(0, 1) }]);
  t.same(result.counts, { 'dropped-nothing-to-learn': 1 });
  t.same(result.warnings, []);
  t.ok(result.metrics.train_loss! > 0 && result.metrics.steps === 2);
  const noTemplate = train([{ messages: talk }], {}, bare);
  await t.rejects(noTemplate, { code: 'no-chat-template' });
  const users = train([{ messages: talk.slice(0, 1) }]);
  await t.rejects(users, { code: 'no-supervised-tokens' });
  const endless = await makeModel({}, await makeTokenizer({ chat_template: 'chatml' }));
  t.match((await train([{ messages: talk }], {}, endless)).warnings, [/learn to stop/]);
});

t.test('answers that say nothing', async (t) => {
  const silent = [turn('user', 'x'), turn('assistant', '')];
  const rows = [{ messages: silent }, { messages: talk }];
  await t.rejects(train(rows), { code: 'row-type-mismatch', message: /Row 1 .*messages\[1\]\.content is empty/ });
  t.same((await train(rows, { empty_completion: 'drop' })).counts, { 'dropped-empty-completion': 1 });
  const read = [turn('assistant', '', { weight: 0 }), ...talk];
  t.same((await train([{ messages: read }])).counts, {}, 'one that is only read may be empty');
  const pairs = [
    { prompt: 'x', completion: '' },
    { prompt: 'The capital', completion: ' of' },
  ];
  await t.rejects(train(pairs), { code: 'row-type-mismatch', message: /Row 1 .*completion/ });
  t.same((await train(pairs, { empty_completion: 'drop' })).counts, { 'dropped-empty-completion': 1 });
  const broken = [{ prompt: '', completion: '' }];
  await t.rejects(train(broken, { empty_completion: 'drop' }), { code: 'row-type-mismatch', message: /prompt/ });
  await t.rejects(train([{ messages: [turn('assistant', 'x', { weight: 2 })] }]), { message: /weight must be 0 or 1/ });
});

t.test('rows that are too long', async (t) => {
  const rows = [{ messages: talk.slice(2) }, { messages: [...talk, ...talk] }, { prompt: 'a', completion: ' b' }];
  const counts = async (overlong: string) => (await train(rows, { overlong, max_length: 24 })).counts;
  t.same(await counts('truncate'), { 'cut-at-max-length': 1 });
  t.same(await counts('drop'), { 'dropped-over-max-length': 1 });
  t.same(await counts('split'), { 'split-at-max-length': 1 });
  await t.rejects(counts('error'), { code: 'row-over-max-length', message: /Row 2 .* has \d+ tokens/ });
});

t.test('what is made of one that is too long', async (t) => {
  const example = { ids: [1, 2, 3, 4, 5], targets: [-100, -100, 4, 5, 6] };
  t.same(fitExample(example, 5, 'error', 1), [example]);
  t.same(fitExample(example, 3, 'truncate', 1), [{ ids: [1, 2, 3], targets: [-100, -100, 4] }]);
  t.same(fitExample(example, 2, 'truncate', 1), [], 'nothing is left to learn');
  t.same(
    fitExample(example, 2, 'split', 1),
    [
      { ids: [3, 4], targets: [4, 5] },
      { ids: [5], targets: [6] },
    ],
    'a piece with nothing to learn is left out',
  );
  t.same(fitExample(example, 4, 'drop', 1), []);
});
