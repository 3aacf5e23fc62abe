/** A comparison with a peer: processes that measure the same work, in turns, so that a busy machine slows all alike. */
import { execFileSync } from 'node:child_process';
import { hugePages } from '../engine/executor/huge-pages.js';
import type { DecoderConfig } from '../nodes/nn/decoder-config.js';

export interface Comparison {
  /** The benchmark, which measures in its own process when it is given `--measure`. */
  readonly script: string;
  /** A Python with what `peer` imports; without it only our own side runs. */
  readonly python?: string | undefined;
  /** The script that measures the peer, which takes the decoder as JSON. */
  readonly peer: string;
  /** Whether the peer runs a second time with `--compile`, that is, with `torch.compile`. */
  readonly compile?: boolean | undefined;
  readonly model: readonly [name: string, config: DecoderConfig];
  /** Arguments that both sides take, and those that say to the peer what is fixed here. */
  readonly shared: readonly string[];
  readonly fixed: Readonly<Record<string, number>>;
  readonly rounds: number;
}

/** What was measured in each round: of our own side, then of each peer. */
export function measureInTurns<Measurement>(comparison: Comparison): [Measurement[], ...Measurement[][]] {
  const { script, python, peer, compile, model, shared, fixed, rounds } = comparison;
  const [name, config] = model;
  const work = Object.entries(fixed).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const eager = python ? [[python, peer, '--config', JSON.stringify(config), ...work, ...shared]] : [];
  const compiled = compile ? eager.map((command) => [...command, '--compile']) : [];
  const own = [process.execPath, script, '--measure', '--model', name, ...shared];
  const commands = [own, ...eager, ...compiled] as [string, ...string[]][];
  const sides = commands.map((): Measurement[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [side, [command, ...args]] of commands.entries()) sides[side]!.push(inProcess(command, args));
  }
  return sides as [Measurement[], ...Measurement[][]];
}

/** Runs a process that prints one JSON object: one of Lapidary's in the environment of its workers, a peer as it comes. */
export function inProcess<Measurement>(command: string, args: readonly string[]): Measurement {
  const env = { ...process.env, ...(command === process.execPath ? hugePages(process.env) : {}) };
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'inherit'] }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
