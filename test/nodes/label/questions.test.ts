import t from 'tap';
import type { NumberedRow } from '../../../nodes/data/jsonl.js';
import { readQuestions } from '../../../nodes/label/questions.js';

async function questionsOf(rows: readonly Record<string, unknown>[]) {
  const counts: Record<string, number> = {};
  async function* numbered(): AsyncGenerator<NumberedRow> {
    for (const [index, row] of rows.entries()) yield { row, number: index + 1 };
  }
  const questions = await readQuestions(numbered(), (reason, count) => {
    if (count > 0) counts[reason] = count;
  });
  return { questions, counts };
}

t.test('responses are gathered by prompt, each once', async (t) => {
  const rows = [
    { prompt: 'p', response: 'a' },
    { prompt: 'q', responses: ['x', 'y', 'x'] },
    { prompt: 'p', completion: 'b' },
    { prompt: 'lone', response: 'a' },
  ];
  t.same(await questionsOf(rows), {
    questions: [
      { prompt: 'p', responses: ['a', 'b'] },
      { prompt: 'q', responses: ['x', 'y'] },
    ],
    counts: { 'response that its prompt has already': 1, 'prompt with a single response': 1 },
  });
});

t.test('what cannot be ranked is refused', async (t) => {
  await t.rejects(questionsOf([{ prompt: 'p', response: 'a' }]), { code: 'nothing-to-rank' });
  await t.rejects(questionsOf([]), { code: 'nothing-to-rank' });
  await t.rejects(questionsOf([{ response: 'a' }]), { message: /Row 1.*prompt is missing/ });
  await t.rejects(questionsOf([{ prompt: 'p', response: '' }]), {
    message: /response must be a text that is not empty/,
  });
  await t.rejects(questionsOf([{ prompt: 'p', responses: ['a', null] }]), { message: /responses\[1\]/ });
  await t.rejects(questionsOf([{ prompt: 'p', responses: 'a' }]), { message: /responses must be an array/ });
});
