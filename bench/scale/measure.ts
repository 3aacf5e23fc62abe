/** Times commands in turns, so that a busy moment slows all alike. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Command {
  readonly words: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Measured {
  readonly median_ms: number;
  readonly fastest_ms: number;
  /** User and system time of the fastest run, with all that it started. */
  readonly cpu_ms: number;
  /** Largest resident set of a process. */
  readonly memory_mb: number;
}

const time = '/usr/bin/time';

export function measure(commands: readonly Command[], rounds: number): readonly Measured[] {
  if (!existsSync(time)) throw new Error(`${time} is needed: apt-get install time`);
  const taken = commands.map((): { wall_ms: number; cpu_ms: number; memory_mb: number }[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { words, folder, environment }] of commands.entries()) {
      const started = performance.now();
      const { status, stdout, stderr } = spawnSync(time, ['-f', '\nTIME %U %S %M', ...words], {
        cwd: folder,
        env: { ...process.env, ...environment },
        encoding: 'utf8',
        maxBuffer: 1 << 30,
      });
      const wall_ms = performance.now() - started;
      if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${(stdout + stderr).slice(-2000)}`);
      const [, user = '0', system = '0', kilobytes = '0'] = /TIME (\S+) (\S+) (\d+)\s*$/.exec(stderr) ?? [];
      taken[index]!.push({
        wall_ms,
        cpu_ms: (Number(user) + Number(system)) * 1000,
        memory_mb: Number(kilobytes) / 1024,
      });
    }
  }
  return taken.map((runs) => {
    const sorted = [...runs].sort((a, b) => a.wall_ms - b.wall_ms);
    return {
      median_ms: sorted[sorted.length >> 1]!.wall_ms,
      fastest_ms: sorted[0]!.wall_ms,
      cpu_ms: Math.min(...runs.map(({ cpu_ms }) => cpu_ms)),
      memory_mb: Math.max(...runs.map(({ memory_mb }) => memory_mb)),
    };
  });
}
