/** What people have answered: a journal that outlives a crash, one line an answer. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { isObject } from '../data/jsonl.js';
import type { Question } from './questions.js';

export interface Answer {
  /** Index of the question. */
  readonly question: number;
  /** The responses of each rank by their indices, the best rank first; those of one rank are tied. Null: skipped. */
  readonly ranks: readonly (readonly number[])[] | null;
  readonly annotator: string;
  /** When it was given: ISO 8601, UTC. */
  readonly at: string;
}

export interface Journal {
  /** The last answer to each question. */
  readonly answers: ReadonlyMap<number, Answer>;
  /** Is on the disk when it returns. */
  record(answer: Answer): void;
  close(): void;
}

/** Opens the journal, with what earlier runs left in it. A last line that was not written whole is dropped. */
export function openJournal(path: string, questions: readonly Question[]): Journal {
  const answers = new Map<number, Answer>();
  if (existsSync(path)) {
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    for (const line of whole.split('\n').filter((line) => line !== '')) {
      const answer = JSON.parse(line) as Answer;
      answers.set(answer.question, answer);
    }
  }
  const file = openSync(path, 'a');
  return {
    answers,
    record(answer) {
      const problem = answerProblem(answer, questions);
      if (problem !== undefined) throw new Error(problem);
      writeSync(file, `${JSON.stringify(answer)}\n`);
      fsyncSync(file);
      answers.set(answer.question, answer);
    },
    close: () => closeSync(file),
  };
}

/** What is wrong with an answer that came from outside; `undefined` where it is right. */
export function answerProblem(value: unknown, questions: readonly Question[]): string | undefined {
  if (!isObject(value)) return 'an answer is an object';
  const { question, ranks, annotator } = value;
  const asked = typeof question === 'number' ? questions[question] : undefined;
  if (asked === undefined) return `there is no question ${String(question)}`;
  if (typeof annotator !== 'string' || annotator.trim() === '') return 'it is not said who answers';
  if (ranks === null) return undefined;
  if (!Array.isArray(ranks) || !ranks.every((rank) => Array.isArray(rank) && rank.length > 0)) {
    return 'ranks are lists of responses';
  }
  const named = ranks.flat().sort((a, b) => Number(a) - Number(b));
  const complete = named.length === asked.responses.length && named.every((response, index) => response === index);
  return complete ? undefined : `ranks name each of the responses 0 to ${asked.responses.length - 1} once`;
}
