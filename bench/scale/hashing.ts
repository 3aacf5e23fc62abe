/** How fast a large input is read and hashed, beside `openssl speed sha256` on one core, both by the clock. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const size_bytes = 512 << 20;
const rounds = 7;

export async function hashingSpeed(folder: string, digestFile: (path: string) => Promise<unknown>): Promise<string> {
  const path = join(folder, 'large');
  writeFileSync(path, '');
  const piece = randomBytes(16 << 20);
  for (let done = 0; done < size_bytes; done += piece.length) appendFileSync(path, piece);
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    await digestFile(path);
    const ours = size_bytes / 1e6 / ((performance.now() - started) / 1000);
    pairs.push({ ours, theirs: opensslSpeed() });
  }
  rmSync(path);
  const { ours, theirs } = pairs.sort((a, b) => a.ours / a.theirs - b.ours / b.theirs)[rounds >> 1]!;
  const ratio = (ours / theirs).toFixed(2);
  return `${ours.toFixed(0)} MB/s of a file of ${size_bytes >> 20} MiB; openssl ${theirs.toFixed(0)} MB/s; ratio ${ratio}`;
}

/** MB/s. */
function opensslSpeed(): number {
  const words = ['speed', '-mr', '-elapsed', '-seconds', '1', '-bytes', '1048576', 'sha256'];
  const { stdout } = spawnSync('openssl', words, { encoding: 'utf8' });
  return Number(/\+F:\d+:sha256:([\d.]+)/.exec(stdout)?.[1]) / 1e6;
}
