/** Turns every option of a kind and sees that it tells in what comes out: one that is parsed and ignored does not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Kind } from '../../engine/kind.js';
import { listOptions } from '../../engine/list-options.js';
import type { KindResult } from './run-kind.js';

type Config = Readonly<Record<string, unknown>>;
/** What is set, and what is set beside it, so that it can have an effect. */
export type Knob = readonly [value: unknown, beside?: Config];
/** By the path of an option, such as `adapter.r`. */
export type Knobs = Readonly<Record<string, Knob>>;

export interface Turning {
  readonly knobs: Knobs;
  /** Options that a test of their own turns: the result does not tell, or the inputs would have to be others. */
  readonly elsewhere?: readonly string[];
  /** Runs the kind. */
  readonly run: (config: Config) => Promise<KindResult>;
}

export async function turnKnobs(t: Test, kind: Kind, { knobs, elsewhere = [], run }: Turning): Promise<void> {
  const options = listOptions(kind).map(({ path }) => path);
  t.same(
    options.filter((option) => !knobs[option] && !elsewhere.includes(option)),
    [],
    'none is left out',
  );
  const seen = new Map<string, Promise<string>>();
  const once = (config: Config) => {
    const key = JSON.stringify(config);
    if (!seen.has(key)) seen.set(key, run(config).then(contentsOf));
    return seen.get(key)!;
  };
  for (const [option, [value, beside = {}]] of Object.entries(knobs)) {
    t.not(await run(withOption(beside, option, value)).then(contentsOf), await once(beside), `${kind.name}: ${option}`);
  }
}

function withOption(config: Config, path: string, value: unknown): Config {
  const [option, within] = path.split('.') as [string, string?];
  return { ...config, [option]: within === undefined ? value : { ...(config[option] as Config), [within]: value } };
}

/** All that a run gave, but for how fast it was. */
function contentsOf({ outputs, metrics, displays, counts, logs }: KindResult): string {
  const curve = logs.map(({ step, values: { tokens_per_second: _, ...values } }) => ({ step, values }));
  const contents = Object.entries(outputs).map(([port, path]) => [port, bytesBelow(path)]);
  return JSON.stringify({ metrics, displays, counts, curve, contents });
}

function bytesBelow(path: string): unknown {
  try {
    return readFileSync(path, 'base64');
  } catch {
    return readdirSync(path).map((name) => [name, bytesBelow(join(path, name))]);
  }
}
