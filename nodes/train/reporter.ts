import type { RunContext } from '../../engine/kind.js';

/** `tokens` are those that the update read. */
export type Reporter = (step: number, values: Readonly<Record<string, number>>, tokens: number) => Promise<void>;

/** What speed is measured against. */
export interface Workload {
  readonly flopsPerToken: number;
  /** What the device can do, in FLOP/s, where that is known. */
  measurePeak(): Promise<number | undefined>;
}

/** A short run is not worth the time that measuring the device takes. */
const worthMeasuringMs = 5000;

/**
 * Shows progress several times a second, and logs at most some 500 points of a curve. Either has `tokens_per_second`, and
 * `mfu` in a run of some length.
 */
export function createReporter(
  context: Pick<RunContext<unknown>, 'progress' | 'log'>,
  totalSteps: number,
  { flopsPerToken, measurePeak }: Workload,
): Reporter {
  const every = Math.ceil(totalSteps / 500);
  const started = performance.now();
  const shown = createSpeedometer();
  const logged = createSpeedometer();
  let peak: number | undefined;
  let measured = false;
  const speed = (perSecond: number) => {
    if (peak === undefined) return { tokens_per_second: perSecond };
    // A device that was busy when it was measured can do what it is seen to do later.
    peak = Math.max(peak, perSecond * flopsPerToken);
    return { tokens_per_second: perSecond, mfu: (perSecond * flopsPerToken) / peak };
  };
  return async (step, values, tokens) => {
    shown.add(tokens);
    logged.add(tokens);
    if (!measured && performance.now() - started > worthMeasuringMs) {
      measured = true;
      const before = performance.now();
      peak = await measurePeak();
      const pausedMs = performance.now() - before;
      shown.pause(pausedMs);
      logged.pause(pausedMs);
    }
    const last = step === totalSteps;
    if (shown.elapsedMs() > 200 || last) {
      context.progress({ step, total: totalSteps, unit: 'steps', values: { ...values, ...speed(shown.read()) } });
    }
    if (step % every === 0 || step === 1 || last) context.log(step, { ...values, ...speed(logged.read()) });
  };
}

interface Speedometer {
  add(tokens: number): void;
  /** Time that does not count. */
  pause(ms: number): void;
  elapsedMs(): number;
  /** Tokens per second since the last reading. */
  read(): number;
}

function createSpeedometer(): Speedometer {
  let tokens = 0;
  let since = performance.now();
  return {
    add: (more) => {
      tokens += more;
    },
    pause: (ms) => {
      since += ms;
    },
    elapsedMs: () => performance.now() - since,
    read: () => {
      const now = performance.now();
      const perSecond = (tokens / (now - since)) * 1000;
      tokens = 0;
      since = now;
      return perSecond;
    },
  };
}
