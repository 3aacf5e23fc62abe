/** Verdicts on disk as they come: a line each, the number of the contest and the verdict. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Verdict, verdicts } from './contest.js';

export interface VerdictLog {
  /** Those that an earlier attempt has left, by the number of the contest. */
  readonly verdicts: ReadonlyMap<number, Verdict>;
  write(contest: number, verdict: Verdict): Promise<void>;
  close(): Promise<void>;
}

export async function openVerdictLog(scratch: string, contests: number): Promise<VerdictLog> {
  const path = join(scratch, 'verdicts.txt');
  const found = new Map<number, Verdict>();
  const text = await readFile(path, 'utf8').catch(() => '');
  // The last line may have been cut off, and is then not followed by a line end.
  for (const line of text.split('\n').slice(0, -1)) {
    const [number, word] = line.split(' ');
    const verdict = verdicts.find((known) => known === word);
    if (verdict && Number(number) < contests) found.set(Number(number), verdict);
  }
  const file = await open(path, 'w');
  const lineOf = (contest: number, verdict: Verdict) => `${contest} ${verdict}\n`;
  await file.write([...found].map(([contest, verdict]) => lineOf(contest, verdict)).join(''));
  return {
    verdicts: found,
    write: async (contest, verdict) => void (await file.write(lineOf(contest, verdict))),
    close: () => file.close(),
  };
}
