/** ORPO, SimPO and CPO as kinds. */
import t from 'tap';
import { trainCpo } from '../../../nodes/preference/cpo.kind.js';
import { trainOrpo } from '../../../nodes/preference/orpo.kind.js';
import { trainSimpo } from '../../../nodes/preference/simpo.kind.js';
import { runKind } from '../run-kind.js';
import { makeModel, writeDataset } from '../tiny-model.js';

const model = await makeModel();
const dataset = writeDataset([
  { prompt: 'Capital of France?', chosen: ' Paris', rejected: ' A river runs through the city' },
  { prompt: 'Capital of Italy?', chosen: ' Rome', rejected: ' The capital of Spain' },
  { prompt: 'And of Spain, which is a country?', chosen: ' Madrid', rejected: ' Berlin' },
]);
const inputs = { model, dataset, validation: dataset };
const quick = { learning_rate: 1e-2, per_device_train_batch_size: 3, num_train_epochs: 20 };
const run = (kind: typeof trainOrpo, config: object = {}) =>
  runKind(kind, { inputs, device: 'onnx-cpu', config: { ...quick, ...config } });

for (const [kind, options] of [
  [trainOrpo, { beta: 0.5 }],
  [trainSimpo, {}],
  [trainSimpo, { loss_type: 'hinge' }],
  [trainCpo, { loss_type: 'hinge' }],
  [trainCpo, { loss_type: 'ipo_trl', cpo_alpha: 0 }],
] as const) {
  t.test(`${kind.name} ${JSON.stringify(options)} learns the preferences`, async (t) => {
    const { metrics, logs } = await run(kind, options);
    t.equal(metrics['eval_rewards/accuracies'], 1, JSON.stringify(metrics));
    t.ok(metrics.eval_loss! < logs[0]!.values.loss!);
  });
}

t.test('what ORPO takes the likelihood of', async (t) => {
  const first = async (nll_type: string) => (await run(trainOrpo, { nll_type, max_steps: 1 })).logs[0]!.values;
  const [whole, answer] = [await first('trl'), await first('paper')];
  t.ok(Math.abs(answer.nll_loss! + answer['logps/chosen']!) < 1e-5, 'of the answer, it is what is logged as logps');
  t.ok(Math.abs(whole.nll_loss! - answer.nll_loss!) > 1e-3);
  t.equal(whole['logps/chosen'], answer['logps/chosen']);
  t.ok(Math.abs(whole.loss! - (whole.nll_loss! - 0.1 * whole.log_odds_ratio!)) < 1e-5);
});

t.test('the margin of SimPO', async (t) => {
  const first = async (config: object) => (await run(trainSimpo, { max_steps: 1, ...config })).logs[0]!.values.loss!;
  t.equal(await first({ beta: 2, gamma_beta_ratio: 0.8 }), await first({ beta: 2, simpo_gamma: 1.6 }));
  t.ok((await first({ simpo_gamma: 3 })) > (await first({ simpo_gamma: 0 })) + 1);
});

t.test('settings that would do nothing', async (t) => {
  await t.rejects(run(trainSimpo, { simpo_gamma: 1, gamma_beta_ratio: 0.3 }), {
    message: /no effect beside simpo_gamma/,
  });
  await t.rejects(run(trainSimpo, { loss_type: 'hinge', label_smoothing: 0.1 }), { message: /no effect/ });
  await t.rejects(run(trainCpo, { loss_type: 'ipo', label_smoothing: 0.1 }), { message: /no effect/ });
  await t.rejects(run(trainCpo, { simpo_gamma: 0.1 }), { message: /no effect/ });
});
