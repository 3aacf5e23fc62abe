/** What is said of a task file that cannot be read, or not as the harness reads it. */
import { Failure } from '../../engine/failure.js';
import { describe } from '../data/jsonl.js';

export function unsupported(file: string, what: string): Failure {
  return new Failure(
    'harness-unsupported',
    `${file} asks for ${what}, which evaluate.harness cannot do as lm-evaluation-harness does.`,
    'docs/evaluation.md lists what it reads.',
  );
}

export function invalid(file: string, key: string, wanted: string, found: unknown): Failure {
  return new Failure('harness-task-invalid', `${file}: ${key} must be ${wanted}, not ${describe(found)}.`);
}

export function missing(file: string, key: string): Failure {
  return new Failure('harness-task-invalid', `${file} has no ${key}.`);
}
