/**
 * Watch mode as a state machine. Pure: `step` takes a state and an event to the next state and what is to be done.
 *
 *                    edited                 planned(work)                finished
 *      ┌─────────┐ ─────────▶ ┌──────────┐ ─────────────▶ ┌─────────┐ ─────────────▶ waiting
 *      │ waiting │            │ planning │                │ running │
 *      └─────────┘ ◀───────── └──────────┘                └─────────┘
 *            planned(nothing)                               │     ▲  planned(same experiment), invalid:
 *            invalid                                 edited │     │  the run goes on
 *                                                           ▼     │
 *                                              ┌────────────────────┐  planned(other)   ┌──────────┐  finished
 *                                              │ running + planning │ ────────────────▶ │ stopping │ ──────────▶ planning
 *                                              └────────────────────┘  (cancel)         └──────────┘
 *
 * A run that failed is started again by an edit of a file that the pipeline names, and by nothing else: a node that fails
 * and leaves files behind in the folder that is watched would otherwise fail for ever.
 *
 * An edit that comes while a plan is being made marks it stale, and a new plan is made as soon as that one is there; so
 * what runs is always what was saved last, and an edit that changes nothing that counts starts nothing.
 */
export interface WatchState {
  /** `fresh`: a plan is being made; `stale`: one is being made, and the files were edited since. */
  readonly planning: 'no' | 'fresh' | 'stale';
  readonly run: 'none' | 'running' | 'stopping';
  /** The experiment that is running. */
  readonly experiment?: string;
  /** The experiment whose run failed last; nothing that the pipeline names was edited since. */
  readonly failed?: string;
}

export type WatchEvent =
  /** `named`: it is the pipeline file or one that the pipeline names, not just something beside them. */
  | { readonly event: 'edited'; readonly named: boolean }
  /** `work`: some node has no result yet. */
  | { readonly event: 'planned'; readonly experiment: string; readonly work: boolean }
  | { readonly event: 'invalid' }
  /** `failed`: it came to its end, and not every node has a result. */
  | { readonly event: 'finished'; readonly failed: boolean };

/** What is to be done after a step. `start` runs the plan that was made last; `idle` says that it waits for an edit. */
export type WatchEffect = 'plan' | 'start' | 'cancel' | 'show-errors' | 'idle';

export const watchStart: { readonly state: WatchState; readonly effects: readonly WatchEffect[] } = {
  state: { planning: 'fresh', run: 'none' },
  effects: ['plan'],
};

export function step(
  state: WatchState,
  event: WatchEvent,
): { readonly state: WatchState; readonly effects: readonly WatchEffect[] } {
  switch (event.event) {
    case 'edited':
      return edited(event.named ? withoutFailure(state) : state);
    case 'planned':
      if (state.planning === 'stale') return { state: { ...state, planning: 'fresh' }, effects: ['plan'] };
      return planned({ ...state, planning: 'no' }, event.experiment, event.work);
    case 'invalid':
      if (state.planning === 'stale') return { state: { ...state, planning: 'fresh' }, effects: ['plan'] };
      return {
        state: { ...state, planning: 'no' },
        effects: state.run === 'none' ? ['show-errors', 'idle'] : ['show-errors'],
      };
    case 'finished': {
      if (state.run === 'stopping') return { state: { planning: 'fresh', run: 'none' }, effects: ['plan'] };
      const failed = event.failed && state.experiment !== undefined ? { failed: state.experiment } : {};
      return {
        state: { planning: state.planning, run: 'none', ...failed },
        effects: state.planning === 'no' ? ['idle'] : [],
      };
    }
    default:
      return event satisfies never;
  }
}

function edited(state: WatchState): ReturnType<typeof step> {
  if (state.run === 'stopping') return { state, effects: [] };
  if (state.planning !== 'no') return { state: { ...state, planning: 'stale' }, effects: [] };
  return { state: { ...state, planning: 'fresh' }, effects: ['plan'] };
}

function withoutFailure({ failed: _, ...state }: WatchState): WatchState {
  return state;
}

function planned(state: WatchState, experiment: string, work: boolean): ReturnType<typeof step> {
  if (state.run === 'none') {
    return work && experiment !== state.failed
      ? { state: { planning: 'no', run: 'running', experiment }, effects: ['start'] }
      : { state, effects: ['idle'] };
  }
  if (state.experiment === experiment) return { state, effects: [] };
  return { state: { planning: 'no', run: 'stopping' }, effects: ['cancel'] };
}
