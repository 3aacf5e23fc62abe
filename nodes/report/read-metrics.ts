import { readFile } from 'node:fs/promises';
import { Failure } from '../../engine/failure.js';

/** A metrics artifact is one JSON object of finite numbers. */
export async function readMetrics(path: string, label: string): Promise<Record<string, number>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Failure('metrics-invalid', `The metrics of ${label} are not valid JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Failure('metrics-invalid', `The metrics of ${label} must be a JSON object of numbers.`);
  }
  for (const [name, number] of Object.entries(value)) {
    if (typeof number === 'number' && Number.isFinite(number)) continue;
    throw new Failure(
      'metrics-invalid',
      `The metric ${name} of ${label} must be a number, not ${JSON.stringify(number)}.`,
    );
  }
  return value as Record<string, number>;
}
