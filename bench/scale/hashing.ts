/** How fast a large input is read and hashed, beside `openssl speed sha256` on one core. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const size_bytes = 512 << 20;
const rounds = 5;

export async function hashingSpeed(folder: string, digestFile: (path: string) => Promise<unknown>): Promise<string> {
  const path = join(folder, 'large');
  writeFileSync(path, '');
  const piece = randomBytes(16 << 20);
  for (let done = 0; done < size_bytes; done += piece.length) appendFileSync(path, piece);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const started = performance.now();
    await digestFile(path);
    ours.push(size_bytes / 1e6 / ((performance.now() - started) / 1000));
    void process.cpuUsage(before);
    const { stdout } = spawnSync('openssl', ['speed', '-mr', '-seconds', '1', '-bytes', '1048576', 'sha256'], {
      encoding: 'utf8',
    });
    theirs.push(Number(/\+F:\d+:sha256:([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN) / 1e6);
  }
  rmSync(path);
  const [our, their] = [ours, theirs].map((values) => values.sort((a, b) => a - b)[rounds >> 1]!);
  return `${our!.toFixed(0)} MB/s of a file of ${size_bytes >> 20} MiB; openssl speed sha256 ${their!.toFixed(0)} MB/s: ratio ${(our! / their!).toFixed(2)}`;
}
