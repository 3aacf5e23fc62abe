/** Ten steps of each method beside TRL's own trainers. */
import t from 'tap';
import { cpoLoss } from '../../../nodes/preference/cpo.js';
import { dpoLoss } from '../../../nodes/preference/dpo.js';
import { ktoLoss, overSides } from '../../../nodes/preference/kto.js';
import { withAnswer } from '../../../nodes/preference/mismatches.js';
import { orpoLoss } from '../../../nodes/preference/orpo.js';
import { pairBatch, type ScoredPair } from '../../../nodes/preference/pair-batches.js';
import { scoreSequences } from '../../../nodes/preference/score.js';
import { simpoLoss } from '../../../nodes/preference/simpo.js';
import { thumbBatch } from '../../../nodes/preference/thumb-batches.js';
import type { Device } from '../../../nodes/tensor/device.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { eosId, exampleOf, followTrajectory, grouped, padId, pairOf, readTrl, tinyLlama } from './trl.js';

const { batchSize, rows, labels, trajectories } = readTrl();
const { signal } = new AbortController();

async function scoredPairs(device: Device): Promise<ScoredPair[]> {
  const pairs = rows.map(pairOf);
  const examples = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  const scores = await scoreSequences(device, tinyLlama, examples, { batchSize: 7, padId, signal });
  return pairs.map((pair, index) => ({
    ...pair,
    reference: { chosen: scores[2 * index]!, rejected: scores[2 * index + 1]! },
  }));
}

/** In the order of the rows; one place is left over, so that what fills a batch shows where it counts. */
function pairBatches(pairs: readonly ScoredPair[], whole = false) {
  return grouped(pairs, batchSize).map((group) => pairBatch(group, 12, { batchSize: batchSize + 1, padId, whole }));
}

/** Single answers; as TRL has it, the foreign answer of each is that of the row before it in its batch. */
async function thumbBatches(device: Device) {
  const answers = rows.map(({ chosen, rejected }, index) => (labels[index] ? chosen : rejected));
  const own = rows.map(({ prompt }, index) => exampleOf(prompt, answers[index]!));
  const foreign = grouped([...rows.keys()], batchSize).flatMap((group) =>
    group.map((row, place) => withAnswer(rows[row]!.prompt, [...answers[group.at(place - 1)!]!, eosId], 12)),
  );
  const scores = await scoreSequences(device, tinyLlama, [...own, ...foreign], { batchSize: 7, padId, signal });
  const thumbs = own.map((answer, row) => ({
    answer,
    foreign: foreign[row]!,
    good: labels[row]!,
    reference: { answer: scores[row]!, foreign: scores[rows.length + row]! },
  }));
  return grouped(thumbs, batchSize).map((group) => thumbBatch(group, 12, { batchSize: batchSize + 1, padId }));
}

const plain = { beta: 0.1, loss_type: 'sigmoid', label_smoothing: 0, rpo_alpha: null } as const;
const variants = {
  dpo: plain,
  dpo_hinge: { ...plain, loss_type: 'hinge' },
  dpo_ipo_trl: { ...plain, loss_type: 'ipo_trl' },
  dpo_robust: { ...plain, loss_type: 'robust', label_smoothing: 0.2 },
  dpo_rpo: { ...plain, rpo_alpha: 0.5 },
} as const;

for (const name of devicesUnderTest) {
  t.test(`DPO and its relatives on ${name} follow TRL`, async (t) => {
    await withDevice(name, async (device) => {
      const batches = pairBatches(await scoredPairs(device));
      for (const [variant, options] of Object.entries(variants)) {
        if (name === 'reference' && variant !== 'dpo') continue;
        await t.test(variant, async (t) => {
          const loss = dpoLoss(tinyLlama.config, options);
          await followTrajectory(t, device, tinyLlama, { loss }, batches, trajectories[variant]!);
        });
      }
    });
  });
}

const cpo = { beta: 0.1, loss_type: 'sigmoid', label_smoothing: 0.1, cpo_alpha: 1, simpo_gamma: null } as const;
const simpo = { beta: 2, gamma_beta_ratio: 0.5, simpo_gamma: null, loss_type: 'sigmoid', label_smoothing: 0 } as const;

/** Losses without a reference, by the trajectory that they follow. `train.cpo` has SimPO's too. */
const referenceFree = {
  orpo: { loss: orpoLoss(tinyLlama.config, { beta: 0.1 }), trajectory: 'orpo' },
  simpo: { loss: simpoLoss(tinyLlama.config, simpo), trajectory: 'simpo' },
  simpo_gamma: {
    loss: simpoLoss(tinyLlama.config, { ...simpo, gamma_beta_ratio: 9, simpo_gamma: 1 }),
    trajectory: 'simpo',
  },
  cpo: { loss: cpoLoss(tinyLlama.config, cpo), trajectory: 'cpo' },
  cpo_simpo: {
    loss: cpoLoss(tinyLlama.config, {
      ...cpo,
      ...{ loss_type: 'simpo', beta: 2, simpo_gamma: 1, cpo_alpha: 0, label_smoothing: 0 },
    }),
    trajectory: 'simpo',
  },
} as const;

t.test('ORPO, SimPO and CPO follow TRL', async (t) => {
  await withDevice('onnx-cpu', async (device) => {
    const pairs = rows.map(pairOf);
    for (const [variant, { loss, trajectory }] of Object.entries(referenceFree)) {
      await t.test(variant, async (t) => {
        const batches = pairBatches(pairs, variant === 'orpo');
        await followTrajectory(t, device, tinyLlama, { loss }, batches, trajectories[trajectory]!);
      });
    }
  });
});

t.test('KTO follows TRL', async (t) => {
  await withDevice('onnx-cpu', async (device) => {
    const loss = ktoLoss(tinyLlama.config, { beta: 0.1, desirable_weight: 1, undesirable_weight: 1.5 });
    const batches = await thumbBatches(device);
    await followTrajectory(t, device, tinyLlama, { loss, summarise: overSides }, batches, trajectories.kto!);
  });
});
