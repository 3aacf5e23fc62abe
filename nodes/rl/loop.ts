/**
 * The loop of rollouts and of the updates that learn from them. A stopped run leaves a checkpoint, with the rollout that it
 * was learning from, and the next one goes on to the same bytes.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Stopped } from '../../engine/failure.js';
import type { RunContext } from '../../engine/kind.js';
import { learningRateAt, type Schedule } from '../optim/schedule.js';
import type { Optimizer } from '../optim/transform.js';
import type { Device, HostTensors, State } from '../tensor/device.js';
import { type Checkpoint, saveCheckpoint } from '../train/checkpoint.js';
import { type EvaluationPlan, isEvaluated, judge } from '../train/evaluation.js';
import type { Learner } from '../train/learner.js';
import { createReporter } from '../train/reporter.js';
import type { Updater } from '../train/updater.js';
import { measureMatmulRate, trainingFlopsPerToken } from '../train/utilisation.js';
import { assertOnPolicy, explodedAtOnce } from './assertions.js';
import type { Collect, Collected } from './collect.js';
import type { Evaluation } from './evaluation.js';
import { type BatchShapes, type Experience, fromTensors, isExperienceTensor, toTensors } from './experience.js';
import type { Method } from './method.js';
import { addReadings, isAmongLast, isSampled, noProgress, type RolloutProgress } from './progress.js';
import { isConstant, type Readings, rolloutReadings } from './rollout-readings.js';
import { responsesOf, updatesOf } from './rollout-shape.js';
import { experienceOf, windowOf } from './window.js';

type Context = Pick<RunContext<unknown>, 'scratch' | 'signal' | 'warn' | 'log' | 'progress'>;

export interface LoopPlan {
  readonly method: Method;
  readonly learner: Learner;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly totalSteps: number;
  readonly saveSteps: number;
  readonly seed: number;
  readonly shapes: BatchShapes;
  /** The most nats a response that the policy may be away from the reference. */
  readonly maxKl: number | null;
  /** Responses of a rollout that are kept to be shown. */
  readonly samplesKept: number;
}

/** What the loop works with; the state holds `kept`, and what the updater needs. */
export interface Workshop {
  readonly state: State;
  /** Weights and optimiser state. */
  readonly kept: readonly string[];
  readonly updater: Updater;
  readonly collect: Collect;
  /** Absent where there are no prompts held out. */
  readonly evaluation?: Evaluation | undefined;
}

export interface Learned {
  /** The weights that learned, as they are now, or as they were when they were best. */
  readonly weights: HostTensors;
  readonly progress: RolloutProgress;
  /** The KL divergence that ended the run; the weights are the best that were kept. */
  readonly explodedAt: number | undefined;
}

/** Runs all rollouts, from the start or from the checkpoint. Throws `Stopped` and `Failure`. */
export async function learnFromRollouts(
  context: Context,
  device: Device,
  plan: LoopPlan,
  { state, kept, updater, collect, evaluation }: Workshop,
  checkpoint: Checkpoint<RolloutProgress> | undefined,
): Promise<Learned> {
  const { method, learner, optimizer, totalSteps, maxKl } = plan;
  let progress = checkpoint?.progress ?? noProgress(device.name, method.initialMemory);
  let best = checkpoint?.best;
  let experience = restoredExperience(checkpoint);
  let rolloutSpeed = {};
  const report = createReporter(context, totalSteps, {
    flopsPerToken: trainingFlopsPerToken(learner),
    measurePeak: () => measureMatmulRate(device),
  });
  const save = async () => {
    const tensors = { ...(await state.read(kept)), ...(experience ? toTensors(experience) : {}) };
    await saveCheckpoint(context.scratch, { progress, best, tensors });
  };
  const stop = async () => {
    await save();
    throw new Stopped(`Stopped after ${progress.step} of ${totalSteps} steps.`);
  };

  const orStop = <T>(work: Promise<T>): Promise<T> =>
    work.catch(async (error: unknown) => {
      if (error instanceof Stopped) await stop();
      throw error;
    });
  const keepsBest = () => evaluation?.plan.loadBest && progress.evaluations.best !== undefined;

  for (;;) {
    // The event loop must turn, so that a request to stop is heard between two steps of a device that never waits.
    await nextTurn();
    if (context.signal.aborted) await stop();
    if (evaluation && isDue(evaluation.plan, progress, totalSteps)) {
      progress = judged(evaluation.plan, progress, await orStop(evaluation.read()));
      context.log(progress.step, progress.evaluations.last!.readings);
      const isBest = progress.evaluations.best?.step === progress.step;
      if (evaluation.plan.loadBest && isBest) best = await state.read(learner.trainable);
    }
    if (progress.step >= totalSteps) break;
    if (!experience) {
      const collected = await orStop(collect(progress.rollout));
      const { lesson, readings } = lessonOf(plan, collected, progress);
      if (maxKl !== null && readings.kl! > maxKl) {
        if (!best) throw explodedAtOnce(readings.kl!, maxKl);
        return { weights: best, progress, explodedAt: readings.kl! };
      }
      if (maxKl !== null && !keepsBest()) best = await state.read(learner.trainable);
      if (isConstant(collected.scored.rewards) && progress.constantRollouts === 0) {
        context.warn(
          `All responses of rollout ${progress.rollout + 1} have the reward ${readings.reward}: there is nothing to learn.`,
        );
      }
      rolloutSpeed = { rollout_tokens_per_second: collected.tokensPerSecond };
      experience = experienceOf(method, collected, lesson.columns);
      progress = withRollout(plan, progress, collected, readings, lesson.memory);
    }
    const { step, rollout, update } = progress;
    const window = windowOf(plan, experience, { rollout, update });
    const learningRate = learningRateAt(plan.schedule, step);
    const scalars = optimizer.scalars({ step: step + 1, learningRate });
    const readings = (await updater.update(state, { window, step, scalars }, context.signal)) ?? (await stop());
    if (update === 0) assertOnPolicy(readings, rollout);
    const tokens = window.reduce((sum, batch) => sum + batch.tokens, 0);
    const isLast = update + 1 === updatesOf(method.shape);
    progress = {
      ...progress,
      step: step + 1,
      rollout: isLast ? rollout + 1 : rollout,
      update: isLast ? 0 : update + 1,
      tokens: progress.tokens + tokens,
    };
    if (isLast) experience = undefined;
    const { loss, ...others } = readings;
    const values = { loss: loss!, learning_rate: learningRate, ...progress.readings, ...rolloutSpeed, ...others };
    await report(progress.step, values, tokens);
    if (progress.step % plan.saveSteps === 0 && progress.step < totalSteps) await save();
  }
  const weights = keepsBest() ? best! : await state.read(learner.trainable);
  return { weights, progress, explodedAt: undefined };
}

function isDue(plan: EvaluationPlan, { step, evaluations }: RolloutProgress, totalSteps: number): boolean {
  return isEvaluated(plan, step, totalSteps) && evaluations.last?.step !== step;
}

function judged(plan: EvaluationPlan, progress: RolloutProgress, readings: Readings): RolloutProgress {
  return { ...progress, evaluations: judge(plan, progress.evaluations, progress.step, readings) };
}

function restoredExperience(checkpoint: Checkpoint<RolloutProgress> | undefined): Experience | undefined {
  const tensors = Object.entries(checkpoint?.tensors ?? {}).filter(([name]) => isExperienceTensor(name));
  return tensors.length === 0 ? undefined : fromTensors(Object.fromEntries(tensors));
}

function lessonOf({ method }: LoopPlan, { scored, each }: Collected, { memory }: RolloutProgress) {
  const lesson = method.learnFrom(scored, memory);
  const readings: Readings = { ...rolloutReadings(scored, each, method.shape.generations), ...lesson.readings };
  return { lesson, readings };
}

function withRollout(
  { method, totalSteps, samplesKept }: LoopPlan,
  progress: RolloutProgress,
  { scored: { episodes, rewards } }: Collected,
  readings: Readings,
  memory: RolloutProgress['memory'],
): RolloutProgress {
  const { rollout, step } = progress;
  const totalRollouts = Math.ceil(totalSteps / updatesOf(method.shape));
  const isLast = isAmongLast(rollout, totalRollouts);
  const shown = isSampled(rollout, totalRollouts) ? episodes.slice(0, samplesKept) : [];
  return {
    ...progress,
    memory,
    readings,
    first: progress.first ?? readings,
    lastSums: isLast ? addReadings(progress.lastSums, readings) : progress.lastSums,
    lastCount: progress.lastCount + (isLast ? 1 : 0),
    responses: progress.responses + responsesOf(method.shape),
    constantRollouts: progress.constantRollouts + (isConstant(rewards) ? 1 : 0),
    samples: [
      ...progress.samples,
      ...shown.map(({ prompt, text }, index) => ({
        step,
        prompt: prompt.text,
        response: text,
        reward: rewards[index]!,
      })),
    ],
  };
}
