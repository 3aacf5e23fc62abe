/** Answers on disk as they come: a line each, `[number of the question, text]`. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface AnswerLog {
  /** Those that an earlier attempt has left, by the number of the question. */
  readonly answers: ReadonlyMap<number, string>;
  write(question: number, text: string): Promise<void>;
  close(): Promise<void>;
}

export async function openAnswerLog(scratch: string, questions: number): Promise<AnswerLog> {
  const path = join(scratch, 'answers.jsonl');
  const found = new Map<number, string>();
  const earlier = await readFile(path, 'utf8').catch(() => '');
  // The last line may have been cut off, and is then not followed by a line end.
  for (const line of earlier.split('\n').slice(0, -1)) {
    const [question, text] = JSON.parse(line) as [number, string];
    if (question < questions) found.set(question, text);
  }
  const file = await open(path, 'w');
  const lineOf = (question: number, text: string) => `${JSON.stringify([question, text])}\n`;
  await file.write([...found].map(([question, text]) => lineOf(question, text)).join(''));
  return {
    answers: found,
    write: async (question, text) => void (await file.write(lineOf(question, text))),
    close: () => file.close(),
  };
}
