import type { RunContext } from '../../engine/kind.js';

export type Reporter = (step: number, values: Readonly<Record<string, number>>, tokens: number) => void;

/** Shows progress several times a second, and logs at most some 500 points of a curve. */
export function createReporter(context: Pick<RunContext<unknown>, 'progress' | 'log'>, totalSteps: number): Reporter {
  const every = Math.ceil(totalSteps / 500);
  let tokensSince = 0;
  let lastTime = performance.now();
  return (step, values, tokens) => {
    tokensSince += tokens;
    const elapsedMs = performance.now() - lastTime;
    const last = step === totalSteps;
    if (elapsedMs > 200 || last) {
      const perSecond = (tokensSince / elapsedMs) * 1000;
      context.progress({ step, total: totalSteps, unit: 'steps', values: { ...values, tokens_per_second: perSecond } });
      tokensSince = 0;
      lastTime = performance.now();
    }
    if (step % every === 0 || step === 1 || last) context.log(step, values);
  };
}
