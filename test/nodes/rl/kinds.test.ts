import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Kind } from '../../../engine/kind.js';
import { trainReward } from '../../../nodes/reward/train-reward.kind.js';
import { trainGrpo } from '../../../nodes/rl/grpo.kind.js';
import { trainPpo } from '../../../nodes/rl/ppo.kind.js';
import { trainReinforce } from '../../../nodes/rl/reinforce.kind.js';
import { trainRloo } from '../../../nodes/rl/rloo.kind.js';
import { type KindRun, runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, writeDataset } from '../tiny-model.js';
import { filesOf, lexicon, prompts, talker } from './opinions.js';

const quick = {
  reward_funcs: [lexicon],
  max_completion_length: 6,
  learning_rate: 5e-3,
  lr_scheduler_type: 'constant',
  per_device_train_batch_size: 24,
  max_steps: 20,
};
const grouped = { num_generations: 4 };

const learn = (kind: Kind, config: object = {}, run: Partial<KindRun> = {}) =>
  runKind(kind, {
    inputs: { model: talker, dataset: prompts },
    device: 'onnx-cpu',
    ...run,
    config: { ...quick, ...config },
  });

const methods: readonly (readonly [Kind, object])[] = [
  [trainGrpo, grouped],
  [trainRloo, grouped],
  [trainReinforce, { learning_rate: 3e-3, max_steps: 40 }],
  [trainPpo, { temperature: 1, num_ppo_epochs: 2, max_steps: 40 }],
];

for (const [kind, config] of methods) {
  t.test(`${kind.name} learns what is rewarded`, async (t) => {
    const { metrics, outputs, logs, warnings, displays } = await learn(kind, config);
    t.ok(metrics.reward! > metrics.reward_start! + 0.8, JSON.stringify(metrics));
    t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
    t.ok(warnings.every((warning) => /nothing to learn/.test(warning) && metrics.constant_rollouts! > 0));
    t.match(displays['Responses on the way'], /^step +prompt +response +reward\n0 /);
    const first = logs[0]!.values;
    t.ok(first.entropy! > 0 && first.grad_norm! > 0);
    t.ok(first['completions/mean_length']! > 1 && first['completions/clipped_ratio']! < 1);
    t.equal(first['rewards/lexicon/mean'], first.reward);
    if (kind !== trainReinforce) t.equal(first.ratio, 1);
    if (kind !== trainGrpo) t.ok(Math.abs(first.kl!) < 1e-5 && Math.abs(first.kl_k3!) < 1e-5);
    if (kind !== trainGrpo) t.ok(metrics.kl! > 0.1 && metrics.kl_k3! > 0.1, 'the policy has left its reference');
  });
}

t.test('with adapters', async (t) => {
  const { metrics, outputs, logs } = await learn(trainPpo, {
    adapter: { r: 4 },
    temperature: 1,
    learning_rate: 2e-2,
    max_steps: 40,
  });
  t.ok(Math.abs(logs[0]!.values.kl!) < 1e-5, 'the reference is the model without its adapter');
  t.ok(metrics.kl! > 0.1 && metrics.reward! > metrics.reward_start!);
  t.same(readdirSync(outputs.adapter!).sort(), ['adapter_config.json', 'adapter_model.safetensors']);
  const adapter = readFileSync(join(outputs.adapter!, 'adapter_model.safetensors'), 'latin1');
  t.notMatch(adapter, /value\./, 'the value head is no part of the policy');
});

t.test('ends of responses can be wanted', async (t) => {
  const ended = { regex: { pattern: '^' } };
  const config = { ...grouped, reward_funcs: [ended], missing_eos_penalty: 2, max_completion_length: 2, max_steps: 1 };
  const { metrics } = await learn(trainGrpo, config);
  const clipped = metrics['completions/clipped_ratio']!;
  t.ok(clipped > 0 && clipped < 1, String(clipped));
  t.ok(Math.abs(metrics.reward! - (1 - 2 * clipped)) < 1e-9);
  const replaced = await learn(trainGrpo, { ...config, missing_eos_penalty: null, missing_eos_reward: -3 });
  t.ok(Math.abs(replaced.metrics.reward! - (1 - 4 * clipped)) < 1e-9);
  const range = await learn(trainGrpo, { ...config, missing_eos_penalty: null, reward_clip_range: [-1, 0.25] });
  t.equal(range.metrics.reward, 0.25);
});

t.test('a constant reward is warned of', async (t) => {
  const config = { ...grouped, reward_funcs: [{ regex: { pattern: '^' } }], max_steps: 3 };
  const { warnings, metrics, logs } = await learn(trainGrpo, config);
  t.match(warnings, [/rollout 1 have the reward 1: there is nothing to learn/]);
  t.equal(metrics.constant_rollouts, 3);
  t.equal(metrics.frac_reward_zero_std, 1);
  t.equal(logs[0]!.values.grad_norm, 0);
});

t.test('a KL that explodes ends the run with the weights of the rollout before', async (t) => {
  const config = { ...grouped, beta: 1e-6, max_kl: 1, max_steps: 60 };
  const { metrics, warnings, outputs } = await learn(trainGrpo, config);
  t.ok(metrics.exploded_kl! > 1 && metrics.kl! <= 1, JSON.stringify(metrics));
  t.ok(metrics.steps! > 2 && metrics.steps! < 60);
  t.match(warnings, [/above max_kl 1: training ends/]);
  const before = await learn(trainGrpo, { ...config, max_kl: null, max_steps: metrics.steps! - 1 });
  t.same(filesOf(outputs.model!), filesOf(before.outputs.model!));
  const inputs = { model: outputs.model!, dataset: prompts, reference: talker };
  await t.rejects(learn(trainGrpo, { ...config, max_kl: 1e-3 }, { inputs }), { code: 'kl-exploded' });
});

t.test('a reward model teaches, alone or beside functions', async (t) => {
  const liked = [' Paris', ' Rome'].flatMap((chosen) =>
    [' a city', ' the river'].flatMap((rejected) =>
      ['Capital of France?', 'Germany?', 'A river?'].map((prompt) => ({ prompt, chosen, rejected })),
    ),
  );
  const taught = { learning_rate: 1e-2, num_train_epochs: 10, per_device_train_batch_size: 6 };
  const judge = await runKind(trainReward, {
    config: taught,
    inputs: { model: talker, dataset: writeDataset(liked) },
    device: 'onnx-cpu',
  });
  const inputs = { model: talker, dataset: prompts, reward_model: judge.outputs.model! };
  const { metrics, logs } = await learn(trainRloo, { ...grouped, reward_funcs: [] }, { inputs });
  t.ok(metrics.reward! > metrics.reward_start! + 0.5, JSON.stringify(metrics));
  t.equal(logs[0]!.values['rewards/reward_model/mean'], logs[0]!.values.reward);
  const both = await learn(trainRloo, { ...grouped, reward_model_weight: 0.5, max_steps: 1 }, { inputs });
  const { reward, 'rewards/lexicon/mean': words, 'rewards/reward_model/mean': judged } = both.metrics;
  t.ok(Math.abs(reward! - (words! + 0.5 * judged!)) < 1e-9);
  const value = { ...inputs, value_model: judge.outputs.model! };
  const ppo = await learn(trainPpo, { value_function: 'model', max_steps: 2 }, { inputs: value });
  t.not(ppo.logs[0]!.values.explained_variance, 0, 'the value function begins with what the reward model knows');
  const stranger = await makeModel({}, await makeTokenizer({ vocab_size: 290 }));
  const other = { model: stranger, dataset: prompts, reward_model: judge.outputs.model! };
  await t.rejects(learn(trainRloo, grouped, { inputs: other }), { code: 'tokenizer-mismatch' });
  await t.rejects(learn(trainRloo, grouped, { inputs: { ...inputs, reward_model: talker } }), {
    code: 'not-a-classifier',
  });
});

t.test('ptx holds on to texts', async (t) => {
  const texts = writeDataset([{ text: 'A river runs through the city of Prague.' }, { text: 'Rome is a city.' }]);
  const inputs = { model: talker, dataset: prompts, pretraining: texts };
  const config = { ptx_coef: 1, ptx_batch_size: 2, ptx_max_length: 24, max_steps: 20 };
  const { logs } = await learn(trainPpo, config, { inputs });
  t.ok(logs.at(-1)!.values.ptx_loss! < logs[0]!.values.ptx_loss! - 0.5);
  await t.rejects(learn(trainPpo, { ptx_coef: 1 }), { code: 'no-pretraining-texts' });
  await t.rejects(learn(trainPpo, {}, { inputs }), { code: 'pretraining-not-used' });
  await t.rejects(learn(trainPpo, { ptx_batch_size: 2 }), /has no effect without ptx_coef/);
});

t.test('a bonus for entropy keeps a policy exploring', async (t) => {
  for (const [kind, config] of [
    [trainGrpo, grouped],
    [trainPpo, { temperature: 1, num_ppo_epochs: 2 }],
  ] as const) {
    const last = async (coefficient: number) => {
      const { logs } = await learn(kind, { ...config, entropy_coef: coefficient });
      return logs.at(-1)!.values.entropy!;
    };
    const [without, withBonus] = [await last(0), await last(1)];
    t.ok(withBonus > without + 0.2, `${kind.name}: ${without} and ${withBonus} nats a token`);
  }
});

t.test('prompts held out are evaluated on the way, and the best weights can be the result', async (t) => {
  const heldOut = writeDataset([{ prompt: 'Capital of Spain?' }, { prompt: 'Austria?' }, { prompt: 'Italy?' }]);
  const inputs = { model: talker, dataset: prompts, validation: heldOut };
  // Learned so fast that the later evaluations are no better.
  const config = { ...grouped, beta: 0.01, learning_rate: 0.2, max_steps: 8 };
  const last = await learn(trainGrpo, { ...config, eval_steps: 2 }, { inputs });
  const evaluated = last.logs.filter(({ values }) => 'eval_reward' in values);
  t.same(
    evaluated.map(({ step }) => step),
    [2, 4, 6, 8],
  );
  t.equal(last.metrics.eval_reward, evaluated.at(-1)!.values.eval_reward);
  t.match(last.metrics, { eval_kl: Number, 'eval_completions/mean_length': Number });
  const rewards = evaluated.map(({ values }) => values.eval_reward!);
  t.equal(last.metrics.best_eval_reward, Math.max(...rewards));
  t.equal(last.metrics.best_step, 2 * (rewards.indexOf(Math.max(...rewards)) + 1));
  t.ok(last.metrics.best_step! < 8, JSON.stringify(rewards));

  const best = await learn(trainGrpo, { ...config, eval_steps: 2, load_best_model_at_end: true }, { inputs });
  t.equal(best.metrics.eval_reward, last.metrics.best_eval_reward);
  t.not(filesOf(best.outputs.model!)['model.safetensors'], filesOf(last.outputs.model!)['model.safetensors']);
  const unseen = await learn(trainGrpo, config);
  t.same(filesOf(unseen.outputs.model!), filesOf(last.outputs.model!), 'looking changes nothing');

  await t.rejects(learn(trainGrpo, { ...config, eval_steps: 2 }), { code: 'no-validation-set' });
  await t.rejects(learn(trainGrpo, { ...config, load_best_model_at_end: true }, { inputs }), /has no effect without/);
  const none = { ...inputs, validation: writeDataset([{ prompt: 'A river? '.repeat(40) }]) };
  await t.rejects(learn(trainGrpo, { ...config, overlong: 'drop' }, { inputs: none }), /No prompt of the validation/);
});

t.test('a value function of its own, and an adaptive coefficient', async (t) => {
  const config = {
    value_function: 'model',
    adaptive_kl: { target: 1, horizon: 100 },
    vf_coef: 1,
    cliprange_value: 9,
    num_ppo_epochs: 2,
    max_steps: 60,
  };
  const { logs, outputs } = await learn(trainPpo, config);
  const coefficients = logs.map(({ values }) => values.kl_coef!);
  t.equal(coefficients[0], 0.05);
  t.ok(coefficients[4]! < 0.05, 'without any KL it falls');
  const explained = logs.map(({ values }) => values.explained_variance!);
  t.ok(Math.max(...explained) > 0.5, `explained variance ${explained.map((part) => part.toFixed(2))}`);
  t.notOk(readFileSync(join(outputs.model!, 'model.safetensors'), 'latin1').includes('value.'));
  const inputs = { model: talker, dataset: prompts, value_model: talker };
  await t.rejects(learn(trainPpo, {}, { inputs }), { code: 'value-model-not-used' });
});

t.test('what cannot be learned from is refused', async (t) => {
  await t.rejects(learn(trainGrpo, { ...grouped, reward_funcs: [] }), { code: 'no-reward' });
  const nan = { command: { run: 'while read line; do echo 1e999; done' } };
  await t.rejects(learn(trainGrpo, { ...grouped, reward_funcs: [nan] }), { code: 'reward-not-finite' });
  await t.rejects(learn(trainGrpo, { ...grouped, max_completion_length: 48 }), {
    code: 'max-completion-length-exceeds-model',
  });
  await t.rejects(learn(trainGrpo, { ...grouped, max_completion_length: 46 }), { code: 'prompt-too-long' });
  const dropped = learn(trainGrpo, { ...grouped, max_completion_length: 46, overlong: 'drop' });
  await t.rejects(dropped, { code: 'no-prompts' });
  const cut = await learn(trainGrpo, { ...grouped, max_completion_length: 46, overlong: 'truncate', max_steps: 1 });
  t.equal(cut.counts['prompt-cut-to-leave-room'], 6);
  const other = await makeModel({}, await makeTokenizer({ vocab_size: 290 }));
  const inputs = { model: talker, dataset: prompts, reference: other };
  await t.rejects(learn(trainPpo, {}, { inputs }), { code: 'tokenizer-mismatch' });
  await t.rejects(learn(trainRloo, { num_generations: 5 }), /must divide the 24 responses/);
  await t.rejects(
    learn(trainGrpo, { ...grouped, steps_per_generation: 3, gradient_accumulation_steps: 2 }),
    /multiple/,
  );
  await t.rejects(learn(trainGrpo, { ...grouped, max_kl: 1 }), /no effect without a reference/);
});
