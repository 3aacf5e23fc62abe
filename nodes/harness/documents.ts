/** The documents of a task, from inputs or from the files that it names. */
import { posix } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { Artifact, SourceFile } from '../../engine/kind.js';
import { readText } from '../data/decode.js';
import { type FormatName, formatOf, readFileRows } from '../data/formats.js';
import { readRows } from '../data/jsonl.js';
import type { Document } from './document-parts.js';
import type { Documents } from './questions.js';
import type { Task } from './task.js';
import { findSource } from './task-file.js';

export interface DocumentPlaces {
  readonly dataset: Artifact | undefined;
  readonly fewshot: Artifact | undefined;
  /** Name of the task file: files may be named as seen from its folder. */
  readonly taskFile: string;
  readonly sources: readonly SourceFile[];
  /** Only the first so many are evaluated. */
  readonly limit: number | undefined;
}

/** Throws `Failure`. */
export async function readDocuments(task: Task, places: DocumentPlaces): Promise<Documents> {
  const { dataset, fewshot, limit } = places;
  const evaluated = dataset
    ? await readArtifact(dataset, 'the dataset')
    : await readSplit(task, task.evaluatedSplit, places);
  if (evaluated.length === 0) throw new Failure('dataset-empty', `${task.name} has no documents to evaluate.`);
  return {
    evaluated: evaluated.slice(0, limit),
    examples: fewshot ? await readArtifact(fewshot, 'fewshot') : await readExamples(task, places),
  };
}

async function readExamples(task: Task, places: DocumentPlaces): Promise<Document[]> {
  const { count, samples, split } = task.fewshot;
  if (count === 0) return [];
  if (samples) return samples.map((row, index) => ({ row, number: index + 1 }));
  if (task.dataFiles) return readSplit(task, split, places);
  throw new Failure(
    'harness-examples',
    `${task.name} shows ${count} examples with each question, and there are no documents to take them from.`,
    'Wire some to the input `fewshot`, or set num_fewshot: 0.',
  );
}

async function readSplit(task: Task, split: string | undefined, places: DocumentPlaces): Promise<Document[]> {
  const files = split === undefined ? undefined : task.dataFiles?.[split];
  if (files === undefined) {
    const splits = Object.keys(task.dataFiles ?? {}).join(', ');
    throw new Failure(
      'harness-split-missing',
      split === undefined
        ? `${task.name} has neither test_split nor validation_split.`
        : `${task.name} has no data_files for the split ${split}.`,
      `It has files for: ${splits || 'none'}.`,
    );
  }
  const documents: Document[] = [];
  for (const name of files) {
    const file =
      findSource(places.sources, name) ?? findSource(places.sources, posix.join(posix.dirname(places.taskFile), name));
    if (file === undefined) {
      throw new Failure(
        'harness-file-missing',
        `${task.name} reads ${name}, which is not among the files of the node.`,
        'Name it in `files`, as seen from the pipeline.',
      );
    }
    const options = { format: await formatIn(file), pointer: '', delimiter: ',', split: 'line' } as const;
    for await (const { row } of readFileRows(file, options)) documents.push({ row, number: documents.length + 1 });
  }
  return documents;
}

/** A file called .json may hold one list or, as the harness takes it too, one document a line. */
async function formatIn(file: SourceFile): Promise<FormatName> {
  const format = formatOf(file, 'auto');
  if (format !== 'json') return format;
  return (await readText(file.path, file.name)).trimStart().startsWith('[') ? 'json' : 'jsonl';
}

async function readArtifact(artifact: Artifact, name: string): Promise<Document[]> {
  const documents: Document[] = [];
  for await (const { row } of readRows(artifact.path(), name)) documents.push({ row, number: documents.length + 1 });
  return documents;
}
