import t from 'tap';
import { continuationExample, indexOfLargest } from '../../../nodes/evaluate/choice-questions.js';
import { evaluateLanguageModel } from '../../../nodes/evaluate/language-model.kind.js';
import { evaluateMultipleChoice } from '../../../nodes/evaluate/multiple-choice.kind.js';
import { judgeChoices } from '../../../nodes/evaluate/score-choices.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { readJsonl, runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const choices = ['Paris', 'Rome', 'Madrid'];
const questions = [
  { prompt: 'The capital of France is', choices, answer: 0 },
  { prompt: 'The capital of Italy is ', choices, answer: 'Rome' },
  { prompt: 'Spain?', choices: ['Berlin', 'Madrid'], answer: 1 },
];
const evaluate = (rows: readonly object[], config: object = {}, path = model, device = 'onnx-cpu') =>
  runKind(evaluateMultipleChoice, {
    config: { ...config },
    inputs: { model: path, dataset: writeDataset(rows) },
    device,
  });

t.test('a model that has learned the answers chooses them', async (t) => {
  const rows = questions.map(({ prompt, choices, answer }) => ({
    prompt: prompt.trimEnd(),
    completion: ` ${typeof answer === 'number' ? choices[answer] : answer}`,
  }));
  const config = { num_train_epochs: 100, learning_rate: 1e-2, per_device_train_batch_size: 3 };
  const inputs = { model, dataset: writeDataset(rows) };
  const tuned = (await runKind(trainSupervised, { config, inputs, device: 'onnx-cpu' })).outputs.model!;
  const delimited = questions.map((question, index) =>
    index === 1 ? { ...question, prompt: rows[1]!.prompt } : question,
  );
  const { metrics, outputs } = await evaluate(delimited, { bootstrap_resamples: 0 }, tuned);
  t.same(metrics, { acc: 1, acc_norm: 1, n: 3 });
  const [first] = readJsonl<{ loglikelihoods: number[]; chosen: number }>(outputs.samples!);
  t.equal(first!.chosen, 0);
  t.ok(first!.loglikelihoods[0]! > first!.loglikelihoods[1]! + 0.5, String(first!.loglikelihoods));
});

t.test('likelihoods of a prompt and its continuation make up that of the text', async (t) => {
  const prompt = 'The capital of France';
  const { outputs } = await evaluate([{ prompt, choices: ['is Paris', 'is Rome'], answer: 0 }]);
  const [row] = readJsonl<{ loglikelihoods: number[] }>(outputs.samples!);
  const lossOf = async (text: string) => {
    const inputs = { model, dataset: writeDataset([{ text }]) };
    const { metrics } = await runKind(evaluateLanguageModel, { inputs, device: 'onnx-cpu' });
    return metrics.loss! * metrics.tokens!;
  };
  const difference = (await lossOf(prompt)) - (await lossOf(`${prompt} is Paris`));
  t.ok(Math.abs(row!.loglikelihoods[0]! - difference) < 1e-3, `${row!.loglikelihoods[0]}, ${difference}`);
  const reference = await evaluate(
    [{ prompt, choices: ['is Paris', 'is Rome'], answer: 0 }],
    { batch_size: 1 },
    model,
    'reference',
  );
  const [same] = readJsonl<{ loglikelihoods: number[] }>(reference.outputs.samples!);
  t.ok(Math.abs(same!.loglikelihoods[1]! - row!.loglikelihoods[1]!) < 1e-3);
});

t.test('what is asked of a continuation', async (t) => {
  const tokenizer = loadTokenizer(await makeTokenizer());
  const textOf = async (ids: readonly number[]) => tokenizer.decode(ids);
  const asked = async (prompt: string, continuation: string, maxLength = 100) => {
    const { ids, targets, cut } = await continuationExample(tokenizer, prompt, continuation, maxLength);
    return { read: await textOf(ids), asked: await textOf(targets.filter((id) => id >= 0)), cut };
  };
  t.match(await asked('Paris is', ' in France'), { read: /^Paris is/, asked: ' in France', cut: false });
  t.match(await asked('Paris is ', 'in France'), { asked: ' in France' }, 'white space moves over');
  t.match(await asked('', 'Paris'), { asked: 'Paris' }, 'EOS begins where there is nothing else');
  const long = await asked('The capital of Italy is', ' Rome', 3);
  t.ok(long.cut && long.asked.endsWith('Rome'), 'the beginning goes');
  t.equal(indexOfLargest([-3, -1, -1]), 1);
});

t.test('lengths are in characters, and of several right choices any will do', async (t) => {
  t.match(judgeChoices(['😀😀', 'abc'], [1], [-2, -2.5]), { chosen: 0, chosen_norm: 1, acc: 0, acc_norm: 1 });
  t.match(judgeChoices(['a', 'b', 'c'], [0, 2], [-3, -2, -1]), { chosen: 2, acc: 1, acc_norm: 1 });
});

t.test('rows that are no questions are refused', async (t) => {
  const rejects = (row: object, message: RegExp) =>
    t.rejects(evaluate([questions[0]!, row]), { code: 'field-unfit', message });
  await rejects({ prompt: 'x', choices: ['a'], answer: 0 }, /Row 2 .*choices must be a list of two/);
  await rejects({ prompt: 'x', choices: ['a', 'a'], answer: 0 }, /different/);
  await rejects({ prompt: 'x', choices: ['a', 'b'], answer: 2 }, /answer must be the index or the text of one of 2/);
  await rejects({ prompt: 'x', choices: ['a', 'b'], answer: 'c' }, /the string "c"/);
  await rejects({ choices: ['a', 'b'], answer: 0 }, /prompt must be a text/);
  await t.rejects(evaluate([]), { code: 'dataset-empty' });
});
