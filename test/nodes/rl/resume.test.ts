import { readdirSync } from 'node:fs';
import t from 'tap';
import type { Kind } from '../../../engine/kind.js';
import { trainGrpo } from '../../../nodes/rl/grpo.kind.js';
import { trainPpo } from '../../../nodes/rl/ppo.kind.js';
import { trainReinforce } from '../../../nodes/rl/reinforce.kind.js';
import { type KindRun, runKind } from '../run-kind.js';
import { filesOf, lexicon, prompts, talker } from './opinions.js';

const quick = { reward_funcs: [lexicon], max_completion_length: 6, learning_rate: 5e-3 };
const grouped = { num_generations: 4 };

const learn = (kind: Kind, config: object, run: Partial<KindRun> = {}) =>
  runKind(kind, {
    inputs: { model: talker, dataset: prompts, validation: prompts },
    device: 'onnx-cpu',
    ...run,
    config: { ...quick, ...config },
  });

t.test('stopped anywhere and resumed, the bytes are those of a whole run', async (t) => {
  // Four updates a rollout, but of REINFORCE one.
  const cases: readonly (readonly [string, Kind, object, readonly number[]])[] = [
    [
      'GRPO, twice over two minibatches',
      trainGrpo,
      {
        ...grouped,
        num_iterations: 2,
        steps_per_generation: 2,
        beta: 0.1,
        eval_steps: 2,
        load_best_model_at_end: true,
      },
      [3, 4],
    ],
    [
      'PPO with accumulation',
      trainPpo,
      { num_ppo_epochs: 2, num_mini_batches: 2, gradient_accumulation_steps: 2 },
      [2, 4, 5],
    ],
    ['REINFORCE', trainReinforce, {}, [2]],
  ];
  for (const [name, kind, more, stops] of cases) {
    const config = { ...more, per_device_train_batch_size: 4, max_steps: 6, save_steps: 4 };
    const whole = await learn(kind, config);
    t.equal(whole.metrics.steps, 6);
    for (const last of stops) {
      const scratch = t.testdir({});
      const abort = new AbortController();
      const onLog = (step: number) => step === last && abort.abort();
      await t.rejects(learn(kind, config, { scratch, signal: abort.signal, onLog }), { name: 'Stopped' });
      const resumed = await learn(kind, config, { scratch });
      t.equal(resumed.logs.find(({ values }) => 'loss' in values)!.step, last + 1);
      t.same(filesOf(resumed.outputs.model!), filesOf(whole.outputs.model!), `${name}, stopped after step ${last}`);
      t.same(resumed.metrics, whole.metrics);
    }
  }
});

t.test('stopped while responses are drawn, it goes on as if it had not been', async (t) => {
  const config = { ...grouped, per_device_train_batch_size: 8, max_steps: 4, rollout_batch_size: 4 };
  const whole = await learn(trainGrpo, config);
  const scratch = t.testdir({});
  const abort = new AbortController();
  const onProgress = ({ unit, step }: { unit: string; step: number }) =>
    unit === 'responses of rollout 3' && step === 4 && abort.abort();
  await t.rejects(learn(trainGrpo, config, { scratch, signal: abort.signal, onProgress }), { name: 'Stopped' });
  t.same(
    readdirSync(scratch).filter((name) => name.startsWith('checkpoint-')),
    ['checkpoint-2'],
  );
  const resumed = await learn(trainGrpo, config, { scratch });
  t.same(filesOf(resumed.outputs.model!), filesOf(whole.outputs.model!));
  t.same(resumed.metrics, whole.metrics);
});
