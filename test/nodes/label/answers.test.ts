import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { answerProblem, openJournal } from '../../../nodes/label/answers.js';

const questions = [
  { prompt: 'p', responses: ['a', 'b', 'c'] },
  { prompt: 'q', responses: ['a', 'b'] },
];
const answer = { question: 0, ranks: [[2], [0, 1]], annotator: 'Ada', at: '2026-01-02T03:04:05.000Z' };

t.test('what is recorded is there after a crash, and the last answer to a question counts', (t) => {
  const path = join(t.testdir(), 'answers.jsonl');
  const journal = openJournal(path, questions);
  journal.record(answer);
  journal.record({ ...answer, question: 1, ranks: null });
  journal.record({ ...answer, ranks: [[0], [1], [2]] });
  // The process dies in the middle of a line, with an umlaut in it.
  appendFileSync(path, '{"question":1,"annotator":"Zoë');
  const next = openJournal(path, questions);
  t.same([...next.answers.keys()], [0, 1]);
  t.same(next.answers.get(0)!.ranks, [[0], [1], [2]]);
  t.equal(next.answers.get(1)!.ranks, null);
  next.record({ ...answer, question: 1, ranks: [[1, 0]] });
  t.same(openJournal(path, questions).answers.get(1)!.ranks, [[1, 0]]);
  t.equal(readFileSync(path, 'utf8').trimEnd().split('\n').length, 4);
  t.end();
});

t.test('an answer that contradicts itself is no answer', (t) => {
  t.equal(answerProblem(answer, questions), undefined);
  t.equal(answerProblem({ ...answer, ranks: null }, questions), undefined);
  for (const change of [
    { question: 2 },
    { question: '0' },
    { annotator: ' ' },
    { annotator: 3 },
    { ranks: [[0], [1]] },
    { ranks: [[0], [1], [2], [0]] },
    { ranks: [[0], [], [1, 2]] },
    { ranks: [0, 1, 2] },
    { ranks: [[0], [1], [3]] },
    { ranks: 'abc' },
  ]) {
    t.type(answerProblem({ ...answer, ...change }, questions), 'string', JSON.stringify(change));
  }
  t.type(answerProblem(null, questions), 'string');
  t.type(answerProblem(undefined, questions), 'string');
  t.end();
});
