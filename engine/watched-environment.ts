/** Tells which variables of an environment were looked at, so that it is known on which ones a result depends. */
import type { Environment } from './secrets.js';

export interface WatchedEnvironment {
  /** Reads as `environment` does. */
  readonly environment: Environment;
  /** Names that were asked for so far, set or not. */
  readonly asked: ReadonlySet<string>;
}

export function watchEnvironment(environment: Environment): WatchedEnvironment {
  const asked = new Set<string>();
  const note = (name: string | symbol) => {
    if (typeof name === 'string') asked.add(name);
  };
  const watched = new Proxy<Environment>(
    { ...environment },
    {
      get(target, name) {
        note(name);
        return Reflect.get(target, name) as string | undefined;
      },
      getOwnPropertyDescriptor(target, name) {
        note(name);
        return Reflect.getOwnPropertyDescriptor(target, name);
      },
      has(target, name) {
        note(name);
        return Reflect.has(target, name);
      },
    },
  );
  return { environment: watched, asked };
}
