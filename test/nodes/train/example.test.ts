import t from 'tap';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { completionExample, documentExamples } from '../../../nodes/train/example.js';
import { makeTokenizer } from '../tiny-model.js';

t.test('a document: BOS in front, EOS behind, every token asked once', async (t) => {
  const special = { bosId: 1, eosId: 2 };
  t.same(documentExamples([5, 6, 7], special, 10), [{ ids: [1, 5, 6, 7], targets: [5, 6, 7, 2] }]);
  t.same(documentExamples([1, 5], special, 10), [{ ids: [1, 5], targets: [5, 2] }], 'no second BOS');
  t.same(
    documentExamples([5, 6, 7, 8], { bosId: undefined, eosId: 2 }, 3),
    [
      { ids: [5, 6, 7], targets: [6, 7, 8] },
      { ids: [8], targets: [2] },
    ],
    'a long one is cut, and the seam is asked too',
  );
  t.same(documentExamples([], { bosId: undefined, eosId: 2 }, 3), [], 'EOS alone teaches nothing');
});

const options = { bosId: undefined, eosId: 0, maxLength: 20, completionOnly: true };
/** `ab|cde|f`, where the second token begins in the prompt `abc` and ends in the completion `def`. */
const merging = {
  ids: [10, 11, 12],
  offsets: [
    [0, 2],
    [2, 5],
    [5, 6],
  ],
} as const;

t.test('the prompt is not asked; a token across the boundary belongs to the completion', async (t) => {
  const clean = completionExample(merging, 2, options);
  t.same(clean.ids, [10, 11, 12]);
  t.same(clean.targets, [11, 12, 0], 'the first target is the token behind the prompt');
  t.equal(clean.merged, false);
  const merged = completionExample(merging, 3, options);
  t.same(merged.targets, [11, 12, 0]);
  t.equal(merged.merged, true);
  const late = completionExample(merging, 5, options);
  t.same(late.targets, [-100, 12, 0]);
  t.equal(late.supervisedTokens, 2);
});

t.test('BOS moves the boundary with it', async (t) => {
  const { ids, targets } = completionExample(merging, 5, { ...options, bosId: 9 });
  t.same(ids, [9, 10, 11, 12]);
  t.same(targets, [-100, -100, 12, 0]);
});

t.test('the whole text is learned when the loss is not for completions only', async (t) => {
  t.same(completionExample(merging, 5, { ...options, completionOnly: false }).targets, [11, 12, 0]);
});

t.test('what does not fit is cut, and may leave nothing to learn', async (t) => {
  const cut = completionExample(merging, 2, { ...options, maxLength: 2 });
  t.same(cut.targets, [11, 12]);
  t.equal(cut.cut, true);
  const nothing = completionExample(merging, 5, { ...options, maxLength: 1 });
  t.same(nothing.targets, [-100]);
  t.equal(nothing.supervisedTokens, 0);
});

t.test('a real tokenizer that merges across the boundary', async (t) => {
  const tokenizer = loadTokenizer(await makeTokenizer());
  const [prompt, completion] = ['The capital of Fra', 'nce is Paris.'];
  const encoding = await tokenizer.encode(prompt + completion);
  const alone = await tokenizer.encode(prompt);
  t.notSame(encoding.ids.slice(0, alone.ids.length), alone.ids, 'the prompt alone is tokenised otherwise');
  const example = completionExample(encoding, prompt.length, { ...options, eosId: tokenizer.eosId!, maxLength: 100 });
  t.equal(example.merged, true);
  const learned = example.targets.filter((id) => id !== -100);
  t.equal(learned.pop(), tokenizer.eosId);
  t.ok((await tokenizer.decode(learned)).endsWith(completion), 'every letter of the completion is learned');
});
