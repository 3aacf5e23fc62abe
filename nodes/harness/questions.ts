/** What a model is asked: the texts that a task makes of its documents. Pure. */
import { Failure } from '../../engine/failure.js';
import { describe } from '../data/jsonl.js';
import { createPartReader, type Document, type PartOf } from './document-parts.js';
import type { Fewshot, Parts, Task } from './task.js';

export interface HarnessQuestion {
  readonly document: Document;
  /** The description, the examples, and the question. */
  readonly prompt: string;
  /** Empty where the answer is to be generated. */
  readonly choices: readonly string[];
  /** Indices of the right choices, one or more; or the right answers. */
  readonly answers: readonly number[];
  readonly references: readonly string[];
}

export interface Documents {
  readonly evaluated: readonly Document[];
  readonly examples: readonly Document[];
}

/** Throws `Failure` where a document has not the parts of the task. */
export function questionsOf(task: Task, { evaluated, examples }: Documents): HarnessQuestion[] {
  const partOf = createPartReader(new Set(evaluated.flatMap(({ row }) => Object.keys(row))));
  const { parts, fewshot } = task;
  const shown = examples.map((document) => ({
    key: JSON.stringify(document.row),
    text: exampleText(document, fewshot, partOf),
  }));
  return evaluated.map((document) => {
    const own = fewshot.leavesOutQuestion ? JSON.stringify(document.row) : undefined;
    const before = shown.filter(({ key }) => key !== own).slice(0, fewshot.count);
    if (before.length < fewshot.count) throw tooFewExamples(before.length, fewshot.count);
    const description = task.description === '' ? '' : textPart(task.description, 'description', document, partOf);
    const choices = choicesOf(document, parts, partOf);
    const question = questionText(document, parts, choices, partOf);
    return {
      document,
      prompt: [description, ...before.map(({ text }) => text()), question].join(''),
      ...answersOf(document, parts, choices, task, partOf),
    };
  });
}

/** The question and its right answer; made only where it is shown. */
function exampleText(document: Document, { parts }: Fewshot, partOf: PartOf): () => string {
  let made: string | undefined;
  return () => {
    made ??= [
      questionText(document, parts, choicesOf(document, parts, partOf), partOf),
      parts.target_delimiter,
      answerText(document, parts, partOf),
      parts.fewshot_delimiter,
    ].join('');
    return made;
  };
}

function questionText(document: Document, parts: Parts, choices: readonly string[], partOf: PartOf): string {
  const text = textPart(parts.doc_to_text, 'doc_to_text', document, partOf);
  if (choices.length === 0 || !/^\d+$/.test(text)) return text;
  throw new Failure(
    'harness-unsupported',
    `Document ${document.number}: doc_to_text gives the number ${text}, so that each choice is a question of its own, which evaluate.harness cannot ask.`,
  );
}

/** The answer that an example shows: of several the first. */
function answerText(document: Document, parts: Parts, partOf: PartOf): string {
  const choices = choicesOf(document, parts, partOf);
  const target = targetOf(document, parts, choices, partOf);
  const first = Array.isArray(target) ? target[0] : target;
  const answer = typeof first === 'number' ? choices[first] : first;
  if (typeof answer === 'string' && answer !== '') return answer;
  throw misfit(document, 'doc_to_target', 'an answer', first);
}

function choicesOf(document: Document, { doc_to_choice: part }: Parts, partOf: PartOf): readonly string[] {
  if (part === undefined) return [];
  const value = typeof part === 'object' && !Array.isArray(part) ? Object.values(part as object) : part;
  const choices = partOf(value, 'doc_to_choice', document);
  const isList = Array.isArray(choices) && choices.every((choice) => typeof choice === 'string' && choice !== '');
  if (isList && choices.length >= 2) return choices as string[];
  throw misfit(document, 'doc_to_choice', 'a list of two texts or more', choices);
}

/** A number, a text, or a list of either. With choices, a text of digits is a number. */
function targetOf(document: Document, parts: Parts, choices: readonly string[], partOf: PartOf): unknown {
  const target = partOf(parts.doc_to_target, 'doc_to_target', document);
  if (choices.length > 0 && typeof target === 'boolean') return target ? 1 : 0;
  if (choices.length > 0 && typeof target === 'string' && /^\d+$/.test(target)) return Number(target);
  if (
    typeof target === 'string' &&
    /^\[[\s\S]*\]$/.test(target) &&
    !((parts.doc_to_target as string) in document.row)
  ) {
    throw misfit(document, 'doc_to_target', 'no text that Python would read as a list', target);
  }
  return target;
}

function answersOf(
  document: Document,
  parts: Parts,
  choices: readonly string[],
  { outputType }: Task,
  partOf: PartOf,
): Pick<HarnessQuestion, 'choices' | 'answers' | 'references'> {
  const targets = [targetOf(document, parts, choices, partOf)].flat();
  if (targets.length === 0) throw misfit(document, 'doc_to_target', 'an answer', targets);
  if (choices.length === 0) {
    return { choices, answers: [], references: targets.map((target) => printed(target, document)) };
  }
  const answers = targets.map((target) => {
    const index = typeof target === 'string' ? choices.indexOf(target) : target;
    if (Number.isInteger(index) && (index as number) >= 0 && (index as number) < choices.length) return index as number;
    throw misfit(document, 'doc_to_target', `the index or the text of one of ${choices.length} choices`, target);
  });
  const references = answers.map((answer) => choices[answer]!);
  return outputType === 'multiple_choice' ? { choices, answers, references } : { choices: [], answers: [], references };
}

function textPart(part: unknown, name: string, document: Document, partOf: PartOf): string {
  const value = partOf(part, name, document);
  return printed(value, document, name);
}

function printed(value: unknown, document: Document, name = 'doc_to_target'): string {
  if (typeof value === 'string') return value;
  if (Number.isInteger(value)) return String(value);
  throw misfit(document, name, 'a text or a whole number', value);
}

function misfit({ number }: Document, part: string, wanted: string, found: unknown): Failure {
  return new Failure('field-unfit', `Document ${number}: ${part} must give ${wanted}, not ${describe(found)}.`);
}

function tooFewExamples(found: number, wanted: number): Failure {
  return new Failure(
    'harness-examples',
    `${wanted} examples are to be shown with each question, and there are ${found}.`,
    'Lower num_fewshot, or wire documents to the input `fewshot`.',
  );
}
