/** A task file of lm-evaluation-harness as a plain object, with what it includes. */
import { posix } from 'node:path';
import { parseDocument } from 'yaml';
import { Failure } from '../../engine/failure.js';
import type { SourceFile } from '../../engine/kind.js';
import { readText } from '../data/decode.js';
import { isObject } from '../data/jsonl.js';

export type TaskFields = Readonly<Record<string, unknown>>;

/** `!function module.name`: code in Python, which cannot be run here. */
export class PythonFunction {
  constructor(readonly name: string) {}
}

/** `name` is that of one of the `sources`. Throws `Failure`. */
export async function readTaskFile(
  name: string,
  sources: readonly SourceFile[],
  within: readonly string[] = [],
): Promise<TaskFields> {
  const file = findSource(sources, name);
  if (file === undefined) {
    const message = `${within.at(-1)} includes ${name}, which is not among the files of the node.`;
    throw new Failure('harness-file-missing', message, 'Name it in `files`.');
  }
  if (within.includes(file.name)) {
    throw new Failure('harness-include-cycle', `${[...within, file.name].join(' includes ')}.`);
  }
  const { include, ...own } = parseTask(await readText(file.path, file.name), file.name);
  const includes = [include ?? []].flat();
  const fields: Record<string, unknown> = {};
  for (const each of includes) {
    if (typeof each !== 'string') throw new Failure('harness-task-invalid', `${file.name}: include must name files.`);
    const path = posix.isAbsolute(each) ? each : posix.join(posix.dirname(file.name), each);
    Object.assign(fields, await readTaskFile(path, sources, [...within, file.name]));
  }
  return { ...fields, ...own };
}

export function findSource(sources: readonly SourceFile[], name: string): SourceFile | undefined {
  const wanted = posix.normalize(name);
  return sources.find((source) => posix.normalize(source.name) === wanted);
}

/** The harness reads YAML 1.1, in which `yes` is true. */
function parseTask(text: string, name: string): TaskFields {
  const document = parseDocument(text, {
    version: '1.1',
    customTags: (tags) => [
      ...tags,
      { tag: '!function', resolve: (function_: string) => new PythonFunction(function_) },
    ],
  });
  const [problem] = document.errors;
  if (problem) throw new Failure('harness-task-invalid', `${name} is not valid YAML: ${problem.message}`);
  const value: unknown = document.toJS();
  if (isObject(value)) return value;
  throw new Failure('harness-task-invalid', `${name} must hold a task: names with values.`);
}
