/** Watch mode: files in, runs out. What happens when is `watch-state.ts`; this file does it. */
import { basename, dirname, resolve } from 'node:path';
import chokidar from 'chokidar';
import { StoreError } from '../cache/store-error.js';
import type { Diagnostic } from './diagnostic.js';
import type { RunEvent } from './event.js';
import { Failure } from './failure.js';
import type { Plan } from './plan.js';
import { type FinishedRun, load, openSession, plan, run, type SessionOptions } from './session.js';
import type { Pipeline } from './spec.js';
import { step, type WatchEvent, watchStart } from './watch-state.js';

export interface WatchOptions {
  readonly session: SessionOptions;
  /** Ends the watch: a run that is under way is asked to checkpoint and leave first. */
  readonly signal: AbortSignal;
  readonly onPlan: (plan: Plan) => void;
  readonly onInvalid: (diagnostics: readonly Diagnostic[]) => void;
  readonly onEvent: (event: RunEvent) => void;
  readonly onFinished: (plan: Plan, finished: FinishedRun) => void;
  /** It waits for an edit now. */
  readonly onIdle: () => void;
}

/** Editors save in several steps; they are done when nothing has happened for this long. */
const settleMs = 60;
/** Something that writes all the time must not keep an edit from being seen. */
const longestSettleMs = 1000;

/** Resolves when `signal` is aborted and nothing runs any more. */
export async function watch(options: WatchOptions): Promise<void> {
  const session = await openSession(options.session);
  const file = resolve(options.session.file);
  const files = chokidar.watch(dirname(file), { ignored: isIgnored, ignoreInitial: true, atomic: false });
  await new Promise<void>((ready) => files.once('ready', ready));
  let { state } = watchStart;
  let latest: Plan | undefined;
  let controller = new AbortController();
  let settle: NodeJS.Timeout | undefined;
  /** Of the edits that have not settled yet. */
  let unsettled: { readonly since: number; readonly named: boolean } | undefined;
  let named: ReadonlySet<string> = new Set([file]);
  let running: Promise<void> | undefined;

  const dispatch = (event: WatchEvent) => {
    if (options.signal.aborted) return;
    const next = step(state, event);
    state = next.state;
    for (const effect of next.effects) effects[effect]();
  };
  let found: readonly Diagnostic[] = [];
  const makePlan = async () => {
    const loaded = await load(options.session);
    if (!loaded.ok) {
      found = loaded.diagnostics;
      // A file that it uses may lie elsewhere, and be where the mistake is mended.
      files.add(filesIn(found));
      return dispatch({ event: 'invalid' });
    }
    followSources(loaded.value);
    try {
      latest = await plan(session, loaded.value);
    } catch (error) {
      // A file that was there when it was looked for, and is gone, or is being written, now.
      const outside = error instanceof Failure || (error instanceof StoreError && error.code.startsWith('source-'));
      if (!outside) throw error;
      const { message, hint } = error as Failure | StoreError;
      found = [{ code: 'data-file-not-found', severity: 'error', message, ...(hint === undefined ? {} : { hint }) }];
      return dispatch({ event: 'invalid' });
    }
    dispatch({
      event: 'planned',
      experiment: latest.experiment,
      work: latest.nodes.some(({ action }) => action !== 'hit'),
    });
  };
  const start = async (planned: Plan) => {
    controller = new AbortController();
    options.onPlan(planned);
    const finished = await run(session, planned, { signal: controller.signal, emit: options.onEvent });
    if (finished.ok) options.onFinished(planned, finished.value);
    else options.onInvalid(finished.diagnostics);
    dispatch({ event: 'finished', failed: !finished.ok || finished.value.result.status === 'failed' });
  };
  const effects = {
    plan: () => void makePlan().catch(fail),
    start: () => {
      running = start(latest!).catch(fail);
    },
    cancel: () => controller.abort(),
    'show-errors': () => options.onInvalid(found),
    idle: options.onIdle,
  };
  const followSources = (pipeline: Pipeline) => {
    const sources = pipeline.nodes.flatMap((node) =>
      node.files.filter(({ name }) => !name.startsWith('npm:')).map(({ path }) => path),
    );
    const followed = [...pipeline.dependsOn, ...sources];
    named = new Set([file, ...followed]);
    files.add(followed);
  };
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const aborted = new Promise<void>((done) => options.signal.addEventListener('abort', () => done(), { once: true }));

  const settled = () => {
    const event: WatchEvent = { event: 'edited', named: unsettled?.named ?? false };
    unsettled = undefined;
    dispatch(event);
  };
  files.on('all', (_, path) => {
    unsettled = {
      since: unsettled?.since ?? Date.now(),
      named: unsettled?.named === true || named.has(resolve(path)),
    };
    clearTimeout(settle);
    settle = setTimeout(settled, Math.min(settleMs, Math.max(0, unsettled.since + longestSettleMs - Date.now())));
  });
  effects.plan();
  try {
    await Promise.race([aborted, failed]);
  } finally {
    clearTimeout(settle);
    await files.close();
    controller.abort();
    await running;
  }
}

/** The files that findings are about. */
function filesIn(diagnostics: readonly Diagnostic[]): string[] {
  const places = diagnostics.flatMap(({ location, related = [] }) => [
    location,
    ...related.map((each) => each.location),
  ]);
  return [...new Set(places.flatMap((place) => place?.file ?? []))];
}

/** What the engine itself writes, and what no pipeline reads. */
function isIgnored(path: string): boolean {
  const name = basename(path);
  return name === '.lapidary' || name === '.git' || name === 'node_modules' || /\.lock\.json(\.\d+\.tmp)?$/.test(name);
}
