import { writeFile } from 'node:fs/promises';

/** Writes the content of a `metrics` artifact: one JSON object of names and numbers, in the order given. */
export async function writeMetrics(path: string, metrics: Readonly<Record<string, number>>): Promise<void> {
  await writeFile(path, `${JSON.stringify(metrics, null, 2)}\n`);
}
