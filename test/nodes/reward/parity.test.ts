/** Ten steps of reward training beside TRL's RewardTrainer, and beside the K-wise loss in PyTorch. */
import t from 'tap';
import { headWeight } from '../../../nodes/nn/sequence-head.js';
import { type Comparison, comparisonsOf } from '../../../nodes/reward/comparisons.js';
import type { RankedPrompt } from '../../../nodes/reward/ranked-prompts.js';
import { rankingBatch } from '../../../nodes/reward/ranking-batches.js';
import { rewardLoss } from '../../../nodes/reward/reward-loss.js';
import { devicesUnderTest, withDevice } from '../devices-under-test.js';
import { followTrajectory, grouped, padId } from '../preference/trl.js';
import { body, facts, matrixOf } from './facts.js';

const eosId = 0;
const { batchSize } = facts;
const model = { config: body.config, parameters: { ...body.parameters, [headWeight]: matrixOf(facts.head) } };

const pair = (margin: number): Comparison => ({ better: 0, worse: 1, distance: 1, margin });
const pairs = facts.pairs.map(
  ({ prompt, chosen, rejected, margin }): RankedPrompt => ({
    sequences: [
      [...prompt, ...chosen, eosId],
      [...prompt, ...rejected, eosId],
    ],
    comparisons: [pair(margin)],
  }),
);
const withoutMargins = pairs.map((prompt) => ({ ...prompt, comparisons: [pair(0)] }));
const rankings = facts.rankings.map(
  (row): RankedPrompt => ({
    sequences: row.responses.map((response) => [...row.prompt, ...response, eosId]),
    comparisons: comparisonsOf(row),
  }),
);

/** In the order of the rows; places are left over, so that what fills a batch shows where it counts. */
const batches = (prompts: readonly RankedPrompt[]) =>
  grouped(prompts, batchSize).map((group) => rankingBatch(group, 14, 40, { batchSize: batchSize + 1, padId }));

const plain = { pooling: 'last_token', centering: null } as const;
const variants = {
  pairwise: { prompts: withoutMargins, options: plain },
  margin_centered: { prompts: pairs, options: { ...plain, centering: 0.01 } },
  k_wise: { prompts: rankings, options: plain },
} as const;

for (const name of devicesUnderTest) {
  t.test(`reward training on ${name}`, async (t) => {
    await withDevice(name, async (device) => {
      for (const [variant, { prompts, options }] of Object.entries(variants)) {
        if (name === 'reference' && variant === 'pairwise') continue;
        await t.test(variant, async (t) => {
          const expected = facts[variant as keyof typeof variants];
          t.equal(expected.steps.length, 10);
          await followTrajectory(
            t,
            device,
            model,
            { loss: rewardLoss(model.config, options) },
            batches(prompts),
            expected,
          );
        });
      }
    });
  });
}

t.test('a ranking of two is a preference', async (t) => {
  const asRankings = withoutMargins.map((prompt) => ({ ...prompt, comparisons: comparisonsOf({ ranking: [0, 1] }) }));
  t.same(batches(asRankings), batches(withoutMargins));
});

t.test('the loss of K responses is the mean over their pairs, each a preference of its own', async (t) => {
  const apart = rankings.flatMap(({ sequences, comparisons }) =>
    comparisons.map(({ better, worse }) => ({
      sequences: [sequences[better]!, sequences[worse]!],
      comparisons: [pair(0)],
    })),
  );
  await withDevice('reference', async (device) => {
    const state = device.createState(model.parameters);
    const program = device.program('loss', (parameters, inputs) => {
      const { sum, count } = rewardLoss(model.config, plain)(parameters, inputs);
      return { outputs: { sum, count } };
    });
    const lossOf = async (prompt: RankedPrompt) => {
      const { sum } = await program.run(state, rankingBatch([prompt], 14, 10, { batchSize: 1, padId }).inputs);
      return sum!.data[0]!;
    };
    let next = 0;
    for (const prompt of rankings.slice(0, 8)) {
      const own = [];
      for (const _ of prompt.comparisons) own.push(await lossOf(apart[next++]!));
      const mean = own.reduce((sum, loss) => sum + loss, 0) / own.length;
      t.ok(Math.abs((await lossOf(prompt)) - mean) < 1e-5, `${prompt.comparisons.length} comparisons`);
    }
  });
});
