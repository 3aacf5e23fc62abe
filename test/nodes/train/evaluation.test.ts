import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Kind } from '../../../engine/kind.js';
import { int32 } from '../../../nodes/tensor/host-tensor.js';
import { type EvaluationPlan, hasLostPatience, judge, noEvaluations } from '../../../nodes/train/evaluation.js';
import { languageModelLearner } from '../../../nodes/train/learner.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { type Task, train } from '../../../nodes/train/trainer.js';
import { type KindResult, type KindRun, runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const dataset = writeDataset([
  { prompt: 'The capital of France is', completion: ' Paris' },
  { prompt: 'The capital of Italy is', completion: ' Rome' },
  { prompt: 'Germany?', completion: ' Berlin' },
  { prompt: 'Austria?', completion: ' Vienna, which is a city' },
  { prompt: 'Spain?', completion: ' Madrid' },
]);
// Of another kind, so that learning the one soon harms the other.
const validation = writeDataset([
  { prompt: 'A river', completion: ' runs through the city' },
  { prompt: 'What is', completion: ' a city in Italy?' },
]);
const inputs = { model, dataset, validation };
const quick = {
  learning_rate: 4e-2,
  per_device_train_batch_size: 2,
  max_length: 24,
  lr_scheduler_type: 'constant',
  max_steps: 12,
};
const run = (config: object, more: Partial<KindRun> = {}) =>
  runKind(trainSupervised, { config: { ...quick, ...config }, inputs, device: 'onnx-cpu', ...more });

const weightsOf = ({ outputs }: KindResult) => readFileSync(join(outputs.model!, 'model.safetensors')).toString('hex');
const evaluationsOf = ({ logs }: KindResult) =>
  logs.filter(({ values }) => 'eval_loss' in values).map(({ step, values }) => [step, values.eval_loss!] as const);

t.test('judging: any gain makes a best, only one beyond the threshold renews patience', async (t) => {
  const plan: EvaluationPlan = {
    everySteps: 1,
    metric: 'eval_loss',
    greaterIsBetter: false,
    patience: 2,
    threshold: 0.25,
    loadBest: false,
  };
  const judged = (changes: Partial<EvaluationPlan>, losses: readonly number[]) => {
    let evaluations = noEvaluations;
    for (const [index, loss] of losses.entries()) {
      evaluations = judge({ ...plan, ...changes }, evaluations, index + 1, { eval_loss: loss });
    }
    return [evaluations.best!.step, evaluations.withoutImprovement, hasLostPatience(plan, evaluations)];
  };
  t.same(judged({}, [3]), [1, 0, false]);
  t.same(judged({}, [3, 2]), [2, 0, false]);
  t.same(judged({}, [3, 2.875]), [2, 1, false], 'a gain within the threshold');
  t.same(judged({}, [3, 2.875, 2.75]), [3, 2, true], 'each gain is over the best so far');
  t.same(judged({}, [3, 2.75]), [2, 1, false], 'exactly the threshold is not beyond it');
  t.same(judged({ threshold: 0 }, [3, 2.875, 2.875]), [2, 1, false], 'no change is no gain');
  t.same(judged({ greaterIsBetter: true }, [3, 2, 4]), [3, 0, false]);
  t.same(judged({}, [3, Number.NaN, 4]), [1, 2, true]);
});

t.test('the curve holds the loss of the weights at each evaluation', async (t) => {
  const steps = await run({ eval_strategy: 'steps', eval_steps: 5 });
  t.same(
    evaluationsOf(steps).map(([step]) => step),
    [5, 10, 12],
  );
  for (const [step, loss] of evaluationsOf(steps)) t.equal((await run({ max_steps: step })).metrics.eval_loss, loss);
  t.equal(weightsOf(steps), weightsOf(await run({})), 'evaluations do not change what is learned');
  const epochs = await run({ eval_strategy: 'epoch', gradient_accumulation_steps: 2, max_steps: 5 });
  t.same(
    evaluationsOf(epochs).map(([step]) => step),
    [2, 4, 5],
    'three batches are two updates',
  );
});

t.test('load_best_model_at_end and metric_for_best_model', async (t) => {
  const often = { eval_strategy: 'steps', eval_steps: 1 };
  const best = await run({ ...often, load_best_model_at_end: true });
  const curve = evaluationsOf(best);
  const [bestStep, bestLoss] = [...curve].sort((a, b) => a[1] - b[1])[0]!;
  t.ok(bestStep > 1 && bestStep < 12, `best at step ${bestStep}`);
  t.match(best.metrics, { eval_loss: bestLoss, best_eval_loss: bestLoss, best_step: bestStep, steps: 12 });
  t.equal(weightsOf(best), weightsOf(await run({ max_steps: bestStep })));
  const last = await run(often);
  t.match(last.metrics, { eval_loss: curve.at(-1)![1], best_eval_loss: bestLoss, best_step: bestStep });
  t.equal(weightsOf(last), weightsOf(await run({})));
  const [worstStep] = [...curve].sort((a, b) => b[1] - a[1])[0]!;
  t.equal(
    (await run({ ...often, metric_for_best_model: 'loss', greater_is_better: true })).metrics.best_step,
    worstStep,
  );
});

t.test('early stopping', async (t) => {
  const often = { eval_strategy: 'steps', eval_steps: 1, max_steps: 24 };
  const curve = evaluationsOf(await run(often));
  const lowest = [...curve].sort((a, b) => a[1] - b[1])[0]![0];
  const stopped = await run({ ...often, early_stopping_patience: 3 });
  t.equal(stopped.metrics.steps, lowest + 3);
  t.ok(Number.isFinite(stopped.metrics.train_loss));
  t.match(stopped.displays['Early stopping'], new RegExp(`Stopped after ${lowest + 3} of 24 steps: 3 evaluations`));
  const demanding = await run({ ...often, early_stopping_patience: 3, early_stopping_threshold: 100 });
  t.equal(demanding.metrics.steps, 4, 'the first evaluation alone improves on nothing by more than any threshold');
});

/** The trainer with a loss that reads out more than itself. */
function kindOf(seen: [string, number][]): Kind {
  const task: Task = {
    async batches(port, { batchSize }) {
      seen.push([port, batchSize]);
      const shape = [batchSize, 4];
      const ids = int32(shape, Array(4 * batchSize).fill(7));
      const targets = int32(shape, Array(4 * batchSize).fill(9));
      return {
        perEpoch: 1,
        *epoch() {
          yield { inputs: { ids, targets }, tokens: 1, count: targets.data.length };
        },
      };
    },
    learner({ model }) {
      const learner = languageModelLearner(model);
      return {
        ...learner,
        loss: (parameters, given) => {
          const { sum, count } = learner.loss(parameters, given);
          return { sum, count, readings: { accuracy: sum } };
        },
      };
    },
  };
  return { ...trainSupervised, load: async () => ({ run: async (context) => train(context as never, task) }) };
}

t.test('another reading as the metric, and the batch size of evaluation', async (t) => {
  const seen: [string, number][] = [];
  const config = { ...quick, max_steps: 3, eval_strategy: 'epoch', metric_for_best_model: 'accuracy' };
  const { metrics } = await runKind(kindOf(seen), { config: { ...config, per_device_eval_batch_size: 5 }, inputs });
  t.same(seen, [
    ['dataset', 2],
    ['validation', 5],
  ]);
  t.equal(metrics.eval_accuracy, metrics.eval_loss);
  t.ok(metrics.best_eval_accuracy! > metrics.eval_accuracy!);
  t.equal(metrics.best_step, 1, 'the greatest of what falls is the first');
  seen.length = 0;
  await runKind(kindOf(seen), { config, inputs });
  t.same(seen.at(-1), ['validation', 2]);
  await t.rejects(runKind(kindOf(seen), { config: { ...config, metric_for_best_model: 'f1' }, inputs }), {
    code: 'unknown-metric',
    hint: /eval_loss, eval_accuracy/,
  });
});

t.test('what would have no effect is refused', async (t) => {
  const refused = (config: object, message: RegExp) => t.rejects(run(config), { message });
  await refused({ eval_strategy: 'steps' }, /steps wants eval_steps/);
  await refused({ eval_steps: 3 }, /no effect with eval_strategy: no/);
  await refused({ eval_strategy: 'epoch', early_stopping_threshold: 1 }, /without early_stopping_patience/);
  await refused({ load_best_model_at_end: true }, /load_best_model_at_end has no effect/);
  await refused({ early_stopping_patience: 1 }, /no effect without evaluations/);
  await refused({ metric_for_best_model: 'f1' }, /no effect without evaluations/);
  await refused({ greater_is_better: true }, /no effect without evaluations/);
  await t.rejects(run({ eval_strategy: 'epoch' }, { inputs: { model, dataset } }), { code: 'no-validation-set' });
});

t.test('stopped at any step and resumed, the bytes are those of a whole run', async (t) => {
  const contents = ({ outputs }: KindResult) =>
    readdirSync(outputs.model!).map((name) => [name, readFileSync(join(outputs.model!, name)).toString('hex')]);
  const config = {
    eval_strategy: 'steps',
    eval_steps: 2,
    load_best_model_at_end: true,
    early_stopping_patience: 3,
    gradient_accumulation_steps: 2,
    save_steps: 3,
    max_steps: 30,
  };
  const whole = await run(config);
  const { steps, best_step: bestStep } = whole.metrics;
  t.ok(steps! > bestStep! + 1 && steps! < 30, `best at ${bestStep} of ${steps}`);
  for (const stop of [1, 2, 5, 6, 9, steps! - 1]) {
    const scratch = t.testdir({});
    const abort = new AbortController();
    const onLog = (step: number) => step === stop && abort.abort();
    await t.rejects(run(config, { scratch, signal: abort.signal, onLog }), { name: 'Stopped' });
    const resumed = await run(config, { scratch });
    t.ok(resumed.logs[0]!.step >= stop, 'nothing is done again');
    t.same(contents(resumed), contents(whole), `stopped at step ${stop}`);
    t.same(resumed.metrics, whole.metrics);
  }
});

t.test('killed between two checkpoints, it goes on from the last one to the same bytes', async (t) => {
  const config = { eval_strategy: 'steps', eval_steps: 2, load_best_model_at_end: true, ema_decay: 0.5, save_steps: 3 };
  const whole = await run(config);
  for (const kill of [3, 4, 8]) {
    const scratch = t.testdir({});
    const onLog = (step: number) => {
      if (step === kill) throw new Error('killed');
    };
    await t.rejects(run(config, { scratch, onLog }), { message: 'killed' });
    const saved = 3 * Math.floor((kill - 1) / 3);
    const checkpoints = readdirSync(scratch).filter((name) => name.startsWith('checkpoint'));
    t.same(checkpoints, saved === 0 ? [] : [`checkpoint-${saved}`]);
    const resumed = await run(config, { scratch });
    t.equal(resumed.logs.find(({ values }) => 'loss' in values)!.step, saved + 1, `killed at step ${kill}`);
    t.equal(weightsOf(resumed), weightsOf(whole));
    t.same(resumed.metrics, whole.metrics);
  }
});
